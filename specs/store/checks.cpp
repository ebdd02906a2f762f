// The checks of the store: each variant in each deployment.
#include <string>
#include <utility>
#include <vector>

#include <norn/specs/kit/check.hpp>
#include <norn/specs/store/holding.hpp>
#include <norn/specs/store/saving.hpp>
#include <norn/specs/store/scenario.hpp>

namespace norn::store {

namespace {

using buggy = review_store<nothing_held, in_place>;
using fixed = review_store<file_lock, by_rename>;

constexpr deployment one_thread{};
constexpr deployment one_writer_one_reader{.readers = 1};
constexpr deployment two_threads{.writers = 2};
constexpr deployment two_threads_one_reader{.writers = 2, .readers = 1};
constexpr deployment two_threads_empty{.writers = 2, .empty_directory = true};
constexpr deployment three_threads{.writers = 3};
constexpr deployment two_processes{.processes = 2, .writers = 2};
constexpr deployment ten_threads{.writers = 10};

// Ten creates under one lock are 10! orders. Ten of them without a lock are more than can be counted;
// what is broken shows early.
constexpr bounds some_of_ten{.executions = 20'000};

std::vector<expectation> all(conclusion verdict) {
  return {{"final_count", verdict}, {"ids_unique", verdict}, {"reads_parse", verdict}};
}

template <class Store>
search search_of(const char* variant, const char* name, const deployment& d,
                 std::vector<expectation> expects, bounds limits = {}) {
  return {"store", variant, name, [d] { run<Store>(d); }, std::move(expects), limits};
}

using enum conclusion;

const register_search registered[] = {
    register_search(search_of<buggy>("buggy", "1thread", one_thread, all(holds))),
    register_search(search_of<buggy>(
        "buggy", "1thread-reader", one_writer_one_reader,
        {{"final_count", holds}, {"ids_unique", holds}, {"reads_parse", violated}})),
    register_search(search_of<buggy>("buggy", "2thread", two_threads, all(violated))),
    register_search(
        search_of<buggy>("buggy", "2thread-reader", two_threads_one_reader, all(violated))),
    register_search(search_of<buggy>("buggy", "2thread-empty", two_threads_empty, all(violated))),
    register_search(search_of<buggy>("buggy", "3thread", three_threads, all(violated))),
    register_search(search_of<buggy>("buggy", "2proc-2thread", two_processes, all(violated))),
    register_search(search_of<buggy>("buggy", "10thread", ten_threads, all(violated), some_of_ten)),

    register_search(search_of<fixed>("fixed", "1thread", one_thread, all(holds))),
    register_search(search_of<fixed>("fixed", "1thread-reader", one_writer_one_reader, all(holds))),
    register_search(search_of<fixed>("fixed", "2thread", two_threads, all(holds))),
    register_search(
        search_of<fixed>("fixed", "2thread-reader", two_threads_one_reader, all(holds))),
    register_search(search_of<fixed>("fixed", "2thread-empty", two_threads_empty, all(holds))),
    register_search(search_of<fixed>("fixed", "3thread", three_threads, all(holds))),
    register_search(search_of<fixed>("fixed", "2proc-2thread", two_processes, all(holds))),
    register_search(
        search_of<fixed>("fixed", "10thread", ten_threads, all(holds_within_bound), some_of_ten)),
};

}  // namespace

}  // namespace norn::store
