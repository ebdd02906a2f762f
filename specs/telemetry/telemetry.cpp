// telemetry: what a web service tells of each request: an id in the response and in the log, how many requests are being
// served, and how many there were. README.md says why each verdict is what it is.
#include <chrono>
#include <cstddef>
#include <exception>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include <fmt/format.h>

#include <norn/model/asyncio/context.hpp>
#include <norn/model/asyncio/errors.hpp>
#include <norn/model/asyncio/task.hpp>
#include <norn/model/property.hpp>
#include <norn/model/thread/process.hpp>
#include <norn/specs/kit/protocol.hpp>
#include <norn/specs/kit/rows.hpp>

namespace norn::telemetry {

namespace {

using namespace std::chrono_literals;
using kit::actor;
using kit::finding;
using kit::history;

// What a pipe takes in one piece (pipe(7)); a longer write may have those of others in between.
constexpr std::size_t pipe_buf = 4096;
const std::string log_path = "stdout";

// --- the parts that variants differ in; by default those of `fixed` ---

enum class kept_in { context, global };

struct parts_of_telemetry {
  kept_in id = kept_in::context;
  bool id_names_worker = true;
  bool header_on_error = true;
  bool gauge_in_finally = true;
  bool lines_fit_pipe = true;
  bool scrape_asks_all = true;
};

// --- the protocol ---

class middleware {
 public:
  using parts = parts_of_telemetry;

  middleware(const parts& how, kit::system&) : how_(how) {}

  // One request. Its client is sent a response, unless he has gone away.
  void serve(actor& me) {
    const std::string own = how_.id_names_worker ? fmt::format("{}-{}", worker(), ++served_)
                                                 : std::to_string(++served_);
    me.did("request", own);
    set_id(own);
    ++in_flight_;
    std::string status = "200";
    std::exception_ptr gone;
    try {
      handle(me);
    } catch (const asyncio::cancelled_error&) {
      status = "499";
      gone = std::current_exception();
    } catch (const std::runtime_error&) {
      status = "500";
    }
    if (how_.gauge_in_finally || status == "200") --in_flight_;
    if (!gone) me.did("response", status == "200" || how_.header_on_error ? id() : "", own);
    log(me, status);
    count(me);
    if (gone) std::rethrow_exception(gone);
  }

  // In the end: the gauge, and what who asks one worker for its metrics is told.
  void look(actor& me) {
    me.did("in flight", std::to_string(in_flight_));
    int total = 0;
    const std::vector<std::string> names = me.calls().readdir(".").value();
    for (const std::string& name : names) {
      const bool of_worker = name.starts_with("metrics.");
      if (!of_worker || (!how_.scrape_asks_all && name != metrics_path())) continue;
      total += std::stoi(me.calls().read_file(name).value());
    }
    me.did("scraped", std::to_string(total));
    std::istringstream lines(me.calls().read_file(log_path).value());
    for (std::string line; std::getline(lines, line);) me.did("line", line);
  }

 private:
  static std::string worker() {
    return std::to_string(static_cast<unsigned>(process::current().id()));
  }
  std::string metrics_path() const { return "metrics." + first_worker_; }

  // A query, and where the response is streamed its second half.
  void handle(const actor& me) {
    asyncio::sleep(1ms);
    if (me.in().has("error") && me.number() == 0) throw std::runtime_error("no such table");
    if (me.in().has("stream")) asyncio::sleep(1ms);
  }

  void set_id(const std::string& id) {
    if (how_.id == kept_in::context) {
      id_.set(id);
    } else {
      global_id_ = id;
    }
  }
  std::string id() const { return how_.id == kept_in::context ? id_.get() : global_id_; }

  void log(actor& me, const std::string& status) const {
    std::string detail(me.in().has("long") ? pipe_buf + 1 : 1, '.');
    if (how_.lines_fit_pipe) detail.resize(1);
    const std::string line =
        kit::text_of(kit::row{{"id", id()}, {"status", status}, {"detail", detail}}) + "\n";
    const auto out = me.calls().open(log_path, O_WRONLY | O_APPEND).value();
    for (std::size_t at = 0; at < line.size(); at += pipe_buf) {
      out->write_all(line.substr(at, pipe_buf)).value();
    }
    out->close().value();
  }

  void count(actor& me) {
    if (first_worker_.empty()) first_worker_ = worker();
    me.calls().write_file(metrics_path(), std::to_string(++ended_)).value();
  }

  parts how_;
  int served_ = 0;
  int ended_ = 0;
  int in_flight_ = 0;
  std::string first_worker_;
  std::string global_id_;
  asyncio::context_var<std::string> id_;
};

void install(actor& me) { me.calls().write_file(log_path, "").value(); }

// --- properties ---

finding every_response_has_its_id(const history& h) {
  for (const kit::event& e : h.of("response")) {
    if (e.value == e.detail) continue;
    return {false, fmt::format("the response to {} has the id \"{}\"", e.detail, e.value)};
  }
  return true;
}

finding ids_differ(const history& h) { return h.of("request").all_differ(); }

finding gauge_is_0(const history& h) {
  const std::string left = h.of("in flight").front().value;
  return {left == "0", "all requests have ended, and the gauge says " + left};
}

// Of as many requests, each with an id of its own: lines of others in between make a line no JSON.
finding one_line_a_request(const history& h) {
  std::map<std::string, int> lines;
  for (const kit::event& e : h.of("line")) {
    const auto row = kit::parse_rows("[" + e.value + "]");
    if (!row) return {false, "a line of the log is no JSON"};
    ++lines[row->front().at("id")];
  }
  for (const kit::event& e : h.of("request")) {
    if (lines[e.value]-- <= 0) return {false, "no line of the log has the id " + e.value};
  }
  return true;
}

finding scrape_is_complete(const history& h) {
  const std::string all = std::to_string(h.of("request").size());
  const std::string told = h.of("scraped").front().value;
  return {all == told, all + " requests, and the metrics say " + told};
}

// clang-format off
const kit::protocol<middleware> protocol{
    .name = "telemetry", .covers = {"P08"}, .setup = install,
    .work = [](middleware& m, actor& me) { m.serve(me); },
    .inspect = [](middleware& m, actor& me) { m.look(me); },
    .modifiers =
        {{"error", "the first request fails"},
         {"stream", "a response is sent in two parts"},
         {"long", "what a request has to say is longer than a pipe takes in one piece"}},
    .properties =
        {{"own_id_in_response", "every response carries the id of its request", every_response_has_its_id},
         {"ids_unique", "no two requests have one id", ids_differ},
         {"gauge_ends_at_0", "when all requests have ended none is counted as being served", gauge_is_0},
         {"one_line_a_request", "the log has a line of JSON for each request, with its id", one_line_a_request},
         {"scrape_complete", "the metrics count all requests of the deployment", scrape_is_complete}},
    .variants =
        {{"fixed"},
         {"global_id", {.id = kept_in::global}, {"P08.m5"}, "write(stdout"},
         {"header_on_success", {.header_on_error = false}},
         {"gauge_not_in_finally", {.gauge_in_finally = false}, {"P08.m6"}},
         {"long_lines", {.lines_fit_pipe = false}, {"P08.m7"}, "write(stdout"},
         {"scrape_one", {.scrape_asks_all = false}, {"P08.m8"}},
         {"local_ids", {.id_names_worker = false}, {}, "write(stdout"}},
    .verdicts = R"(
mixed_up = own_id_in_response one_line_a_request

                      1task  loop      loop-stream  loop-error                          loop-cancel
fixed                 holds  holds     holds        holds                               holds
global_id             holds  mixed_up  mixed_up     mixed_up                            mixed_up
header_on_success     holds  holds     -            own_id_in_response                  holds
gauge_not_in_finally  holds  holds     -            gauge_ends_at_0                     gauge_ends_at_0
local_ids             holds  holds     -            -                                   -

                      2proc-loop       2proc-1task-long    2proc-loop-cancel
fixed                 holds            holds               holds
long_lines            holds            one_line_a_request  -
scrape_one            scrape_complete  -                   -
local_ids             ids_unique       -                   -)",
    .guarantee =
        R"({fixed}: each request has an id of its own, in its response and in one line of the log, and the gauge of a
process ends at 0, in {deployments}. Gauges and counters are of one process unless they are summed up.)"};
// clang-format on

const kit::registration registered{protocol};

}  // namespace

}  // namespace norn::telemetry
