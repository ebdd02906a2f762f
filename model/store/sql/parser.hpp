// Parser: PostgreSQL's own (libpg_query 15), once for each text and worker.
#pragma once

#include <memory>
#include <string>

#include <norn/model/store/sql/syntax.hpp>

namespace norn::sql {

// The one statement of the text. Throws error 42601 with the server's words where it is none, and `unsupported`, with the
// place in the text, where the model does not know something in it. Valid as long as the worker is.
const statement& parse(const std::string& text);

}  // namespace norn::sql
