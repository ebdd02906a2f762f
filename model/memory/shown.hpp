// Shown: the value of a variable as a reader of a trace sees it.
#pragma once

#include <string>
#include <type_traits>

#include <fmt/format.h>

namespace norn::detail {

// An address differs from run to run and is not shown; types that fmt cannot print show as "…".
template <class T>
std::string shown(const T& value) {
  if constexpr (std::is_pointer_v<T>) {
    return value == nullptr ? "nullptr" : "a pointer";
  } else if constexpr (std::is_enum_v<T>) {
    return fmt::format("{}", static_cast<long long>(value));
  } else if constexpr (fmt::is_formattable<T>::value) {
    return fmt::format("{}", value);
  } else {
    return "…";
  }
}

}  // namespace norn::detail
