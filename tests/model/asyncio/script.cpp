#include "script.hpp"

#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <stdexcept>
#include <utility>

#include <norn/model/asyncio/condition.hpp>
#include <norn/model/asyncio/context.hpp>
#include <norn/model/asyncio/event.hpp>
#include <norn/model/asyncio/gather.hpp>
#include <norn/model/asyncio/lock.hpp>
#include <norn/model/asyncio/queue.hpp>
#include <norn/model/asyncio/run.hpp>
#include <norn/model/asyncio/semaphore.hpp>
#include <norn/model/asyncio/task_group.hpp>
#include <norn/model/asyncio/thread_pool.hpp>
#include <norn/model/asyncio/timeout.hpp>
#include <norn/model/memory/ghost.hpp>

namespace norn::asyncio_script {

namespace aio = asyncio;
using json = nlohmann::json;

namespace {

struct app_error : std::runtime_error {
  app_error() : std::runtime_error("AppError") {}
};

// The class of the exception in Python.
std::string name_of(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const aio::exception_group& group) {
    std::string names;
    for (const auto& each : group.errors()) names += (names.empty() ? "" : ", ") + name_of(each);
    return "ExceptionGroup(" + names + ")";
  } catch (const aio::cancelled_error&) {
    return "CancelledError";
  } catch (const aio::timeout_error&) {
    return "TimeoutError";
  } catch (const aio::queue_empty&) {
    return "QueueEmpty";
  } catch (const aio::queue_full&) {
    return "QueueFull";
  } catch (const aio::value_error&) {
    return "ValueError";
  } catch (const aio::invalid_state_error&) {
    return "InvalidStateError";
  } catch (const app_error&) {
    return "AppError";
  } catch (const aio::runtime_error&) {
    return "RuntimeError";
  }
}

class world {
 public:
  world(const script& s, told& log, coverage* cancelled)
      : script_(s), log_(log), cancelled_(cancelled) {
    for (int i = 0; i < 2; ++i) futures_.emplace_back();
  }

  void main() {
    std::vector<aio::task<void>> all;
    for (std::size_t i = 0; i < script_.size(); ++i) {
      all.push_back(spawn("t" + std::to_string(i), script_[i]));
    }
    aio::gather(all, aio::exceptions::collect).await();
    for (std::size_t i = 0; i < all.size(); ++i) {
      const bool cancelled = all[i].cancelled();
      const std::exception_ptr error = cancelled ? nullptr : all[i].exception();
      say("t" + std::to_string(i) + " is " +
          (cancelled ? "cancelled"
           : error   ? name_of(error)
                     : "ok"));
    }
    say("over");
    over_ = true;
  }

 private:
  using operation = std::string (world::*)(const std::string& who, const json& o);

  // In the order of the steps, also of those that nothing else orders.
  void say(const std::string& text) {
    said_.change([](int& n) { ++n; });
    if (!over_) log_.push_back(text);
  }

  aio::task<void> spawn(const std::string& who, const json& operations) {
    return tasks_.emplace_back(
        aio::create_task(who, [this, who, &operations] { body(who, operations); }));
  }

  void body(const std::string& who, const json& operations) {
    for (const json& each : operations) one(who, each);
  }

  void one(const std::string& who, const json& o) {
    const std::string name = o[0];
    if (name == "raise") {
      say(who + " raise");
      throw app_error();
    }
    if (name == "try") return attempt(who, o);
    const std::string outer = std::exchange(doing_[who], name);
    std::string result;
    const std::exception_ptr thrown =
        aio::detail::thrown_by([&] { result = (this->*operations().at(name))(who, o); });
    say(who + " " + name + " " + (thrown ? name_of(thrown) : result.empty() ? "ok" : result));
    doing_[who] = outer;
    if (aio::is_cancellation(thrown)) std::rethrow_exception(thrown);
  }

  void attempt(const std::string& who, const json& o) {
    const std::exception_ptr thrown = aio::detail::thrown_by([&] { body(who, o[1]); });
    if (!thrown) return;
    if (!aio::is_cancellation(thrown)) std::rethrow_exception(thrown);
    say(who + " caught");
    if (o[2] == "again") std::rethrow_exception(thrown);
    aio::task_state::current("uncancel").uncancel();
  }

  static std::chrono::milliseconds ms(const json& o, std::size_t i = 1) {
    return std::chrono::milliseconds(o[i].get<int>());
  }
  aio::future<int>& future_of(const json& o, std::size_t i = 1) {
    return futures_[o[i].get<std::size_t>()];
  }
  aio::task<void>& task_of(const json& which) {
    return tasks_[which.get<std::size_t>() % tasks_.size()];
  }
  // Nobody waits for one who waits for him; the first has nobody.
  std::optional<aio::task<void>> elder(const std::string& who, const json& which) {
    const std::size_t own = std::stoul(who.substr(1));
    if (own == 0) return std::nullopt;
    return tasks_[which.get<std::size_t>() % own];
  }
  static std::string text_of(bool b) { return b ? "true" : "false"; }

  std::string sleep(const std::string&, const json& o) {
    aio::sleep(ms(o));
    return "";
  }
  std::string acquire(const std::string&, const json& o) {
    const std::string which = o[1];
    if (which == "lock") lock_.acquire();
    if (which == "sem1") one_.acquire();
    if (which == "sem2") two_.acquire();
    if (which == "bounded") bounded_.acquire();
    return "";
  }
  std::string release(const std::string&, const json& o) {
    const std::string which = o[1];
    if (which == "lock") lock_.release();
    if (which == "sem1") one_.release();
    if (which == "sem2") two_.release();
    if (which == "bounded") bounded_.release();
    return "";
  }
  std::string set(const std::string&, const json&) {
    event_.set();
    return "";
  }
  std::string clear(const std::string&, const json&) {
    event_.clear();
    return "";
  }
  std::string wait(const std::string&, const json&) {
    event_.wait();
    return "";
  }
  std::string with_condition(const std::string& who, const json& o) {
    condition_.acquire();
    const std::exception_ptr thrown = aio::detail::thrown_by([&] { body(who, o[1]); });
    condition_.release();
    if (thrown) std::rethrow_exception(thrown);
    return "";
  }
  std::string wait_condition(const std::string&, const json&) {
    condition_.wait();
    return "";
  }
  std::string notify(const std::string&, const json& o) {
    condition_.notify(o[1].get<std::size_t>());
    return "";
  }
  std::string notify_all(const std::string&, const json&) {
    condition_.notify_all();
    return "";
  }
  std::string put(const std::string&, const json& o) {
    queue_.put(o[1].get<int>());
    return "";
  }
  std::string get(const std::string&, const json&) { return std::to_string(queue_.get()); }
  std::string put_nowait(const std::string&, const json& o) {
    queue_.put_nowait(o[1].get<int>());
    return "";
  }
  std::string get_nowait(const std::string&, const json&) {
    return std::to_string(queue_.get_nowait());
  }
  std::string task_done(const std::string&, const json&) {
    queue_.task_done();
    return "";
  }
  std::string join(const std::string&, const json&) {
    queue_.join();
    return "";
  }
  std::string set_result(const std::string&, const json& o) {
    future_of(o).set_result(o[2].get<int>());
    return "";
  }
  std::string set_exception(const std::string&, const json& o) {
    future_of(o).set_exception(std::make_exception_ptr(app_error()));
    return "";
  }
  std::string cancel_future(const std::string&, const json& o) {
    return text_of(future_of(o).cancel());
  }
  std::string await_future(const std::string&, const json& o) {
    return std::to_string(future_of(o).await());
  }
  std::string shield_future(const std::string&, const json& o) {
    return std::to_string(aio::shield(future_of(o)).await());
  }
  std::string cancel(const std::string&, const json& o) {
    const aio::task<void> t = task_of(o[1]);
    if (cancelled_ != nullptr && !t.state()->done()) note_cancellation(o[1].get<std::size_t>(), t);
    return text_of(t.cancel());
  }
  void note_cancellation(std::size_t which, const aio::task<void>& t) {
    const std::size_t i = which % tasks_.size();
    const bool begun = t.details().has_begun();
    const std::string doing = doing_[(i < script_.size() ? "t" : "s") + std::to_string(i)];
    ++(*cancelled_)[begun ? doing : "a task"][!begun                ? "not begun"
                                              : t.details().waits() ? "waiting"
                                                                    : "ready"];
  }
  std::string await_task(const std::string& who, const json& o) {
    const auto other = elder(who, o[1]);
    if (!other) return std::to_string(futures_[0].await());
    other->await();
    return "";
  }
  std::string shield_task(const std::string& who, const json& o) {
    const auto other = elder(who, o[1]);
    if (!other) return std::to_string(aio::shield(futures_[0]).await());
    aio::shield(*other).await();
    return "";
  }
  std::string gather(const std::string& who, const json& o) {
    std::vector<std::shared_ptr<aio::future_state>> some;
    for (const json& each : o[1]) {
      const auto other = elder(who, each);
      if (other) {
        some.push_back(other->state());
      } else {
        some.push_back(futures_[0].state());
      }
    }
    const auto how = o[2].get<bool>() ? aio::exceptions::collect : aio::exceptions::propagate;
    aio::future<void>(aio::detail::gather(some, how, source_location::current())).await();
    return "";
  }
  std::string uncancel(const std::string&, const json&) {
    return std::to_string(aio::task_state::current("uncancel").uncancel());
  }
  std::string cancelling(const std::string&, const json&) {
    return std::to_string(aio::task_state::current("cancelling").cancelling());
  }
  std::string wait_for(const std::string& who, const json& o) {
    aio::python_3_11::wait_for([&] { body(who + "w", o[2]); }, ms(o));
    return "";
  }
  std::string wait_for_future(const std::string&, const json& o) {
    return std::to_string(aio::python_3_11::wait_for(future_of(o, 2), ms(o)));
  }
  std::string timeout(const std::string& who, const json& o) {
    while (aio::task_state::current("uncancel").uncancel() != 0) continue;
    aio::with_timeout(ms(o), [&] { body(who, o[2]); });
    return "";
  }
  std::string group(const std::string& who, const json& o) {
    aio::with_task_group([&](aio::task_group& g) {
      for (std::size_t i = 0; i < o[1].size(); ++i) {
        const std::string child = who + "." + std::to_string(i);
        g.create_task(child, [this, child, &operations = o[1][i]] { body(child, operations); });
      }
      body(who, o[2]);
    });
    return "";
  }
  std::string spawn_one(const std::string&, const json& o) {
    spawn("s" + std::to_string(tasks_.size()), o[1]);
    return "";
  }
  std::string call_soon(const std::string&, const json& o) {
    aio::event_loop::current().call_soon([this, text = o[1].get<std::string>()] { say(text); });
    return "";
  }
  std::string call_later(const std::string&, const json& o) {
    aio::event_loop::current().call_later(ms(o),
                                          [this, text = o[2].get<std::string>()] { say(text); });
    return "";
  }
  std::string when_done(const std::string&, const json& o) {
    task_of(o[1]).add_done_callback([this, text = o[2].get<std::string>()] { say(text); });
    return "";
  }
  std::string var_set(const std::string&, const json& o) {
    var_.set(o[1].get<int>());
    return "";
  }
  std::string var_get(const std::string&, const json&) { return std::to_string(var_.get()); }
  std::string to_thread(const std::string&, const json& o) {
    aio::to_thread([this, text = o[1].get<std::string>()] {
      say(text + " in thread, var " + std::to_string(var_.get()));
    });
    return "";
  }

  static const std::map<std::string, operation>& operations() {
    static const std::map<std::string, operation> all = {
        {"sleep", &world::sleep},
        {"acquire", &world::acquire},
        {"release", &world::release},
        {"set", &world::set},
        {"clear", &world::clear},
        {"wait", &world::wait},
        {"with_condition", &world::with_condition},
        {"wait_condition", &world::wait_condition},
        {"notify", &world::notify},
        {"notify_all", &world::notify_all},
        {"put", &world::put},
        {"get", &world::get},
        {"put_nowait", &world::put_nowait},
        {"get_nowait", &world::get_nowait},
        {"task_done", &world::task_done},
        {"join", &world::join},
        {"set_result", &world::set_result},
        {"set_exception", &world::set_exception},
        {"cancel_future", &world::cancel_future},
        {"await_future", &world::await_future},
        {"shield_future", &world::shield_future},
        {"cancel", &world::cancel},
        {"await_task", &world::await_task},
        {"shield_task", &world::shield_task},
        {"gather", &world::gather},
        {"uncancel", &world::uncancel},
        {"cancelling", &world::cancelling},
        {"wait_for", &world::wait_for},
        {"wait_for_future", &world::wait_for_future},
        {"timeout", &world::timeout},
        {"group", &world::group},
        {"spawn", &world::spawn_one},
        {"call_soon", &world::call_soon},
        {"call_later", &world::call_later},
        {"when_done", &world::when_done},
        {"var_set", &world::var_set},
        {"var_get", &world::var_get},
        {"to_thread", &world::to_thread},
    };
    return all;
  }

  const script& script_;
  told& log_;
  coverage* cancelled_;
  std::map<std::string, std::string> doing_;
  bool over_ = false;
  ghost<int> said_{0, "said"};
  aio::lock lock_;
  aio::semaphore one_{1};
  aio::semaphore two_{2};
  aio::bounded_semaphore bounded_{1};
  aio::event event_;
  aio::condition condition_;
  aio::queue<int> queue_{1};
  aio::context_var<int> var_{0};
  std::vector<aio::future<int>> futures_;
  std::deque<aio::task<void>> tasks_;
};

// --- drawing ---

class artist {
 public:
  artist(engine::random_source& random, const shape& s) : random_(random), shape_(s) {}

  json task() { return some(shape_.length, shape_.jobs == 0 ? 2 : 1); }

 private:
  int below(int n) { return static_cast<int>(random_.below(static_cast<std::uint64_t>(n))); }
  // No two timers of a script fire at once.
  int duration() { return 1 + 7 * timers_++ + below(3); }
  std::string label() { return "call " + std::to_string(labels_++); }

  json some(int most, int depth) {
    json list = json::array();
    for (int n = 1 + below(most); n > 0; --n) list.push_back(one(depth));
    return list;
  }

  std::string which_lock() {
    static const char* const names[] = {"lock", "sem1", "sem2", "bounded"};
    return names[below(4)];
  }

  json one(int depth) {
    if (jobs_ < shape_.jobs && below(3) == 0) {
      ++jobs_;
      return {"to_thread", label()};
    }
    switch (below(depth > 0 ? 24 : 17)) {
      case 0:
        return {"sleep", shape_.timers && below(2) == 0 ? duration() : 0};
      case 1:
      case 2:
        return {"acquire", which_lock()};
      case 3:
      case 4:
        return {"release", which_lock()};
      case 5:
        return below(3) == 0 ? json{"clear"} : json{"set"};
      case 6:
        return {"wait"};
      case 7:
        return below(3) == 0 ? json{"put_nowait", below(9)} : json{"put", below(9)};
      case 8:
        return below(3) == 0 ? json{"get_nowait"} : json{"get"};
      case 9:
        return below(2) == 0 ? json{"task_done"} : json{"join"};
      case 10:
        return future();
      case 11:
      case 12:
      case 13:
        return {"cancel", below(shape_.tasks + 1)};
      case 14:
        return below(2) == 0 ? json{"await_task", below(4)} : json{"shield_task", below(4)};
      case 15:
        return small();
      case 16:
        return {"sleep", 0};
      case 17:
        return {"with_condition", condition()};
      case 18:
        return {"gather", json::array({below(4), below(4)}), below(2) == 0};
      case 19:
        return shape_.timers ? json{"timeout", duration(), some(2, depth - 1)}
                             : json{"try", some(2, depth - 1), "swallow"};
      case 20:
        return shape_.timers ? waited_for(depth) : json{"try", some(2, depth - 1), "again"};
      case 21:
        return {"group", json::array({some(2, depth - 1), some(2, depth - 1)}), some(2, depth - 1)};
      case 22:
        return {"spawn", some(2, depth - 1)};
      default:
        return {"try", some(2, depth - 1), below(2) == 0 ? "swallow" : "again"};
    }
  }

  json future() {
    switch (below(6)) {
      case 0:
        return {"set_result", below(2), below(9)};
      case 1:
        return {"set_exception", below(2)};
      case 2:
        return {"cancel_future", below(2)};
      case 3:
        return {"shield_future", below(2)};
      default:
        return {"await_future", below(2)};
    }
  }

  json small() {
    switch (below(7)) {
      case 0:
        return {"raise"};
      case 1:
        return {"uncancel"};
      case 2:
        return {"cancelling"};
      case 3:
        return {"call_soon", label()};
      case 4:
        return {"when_done", below(4), label()};
      case 5:
        return {"var_set", below(9)};
      default:
        return shape_.timers ? json{"call_later", duration(), label()} : json{"var_get"};
    }
  }

  json condition() {
    json list = json::array();
    for (int n = 1 + below(2); n > 0; --n) {
      const int which = below(4);
      list.push_back(which == 0   ? json{"notify", 1 + below(2)}
                     : which == 1 ? json{"notify_all"}
                     : which == 2 ? json{"sleep", 0}
                                  : json{"wait_condition"});
    }
    return list;
  }

  json waited_for(int depth) {
    return below(3) == 0 ? json{"wait_for_future", duration(), below(2)}
                         : json{"wait_for", duration(), some(2, depth - 1)};
  }

  engine::random_source& random_;
  const shape& shape_;
  int timers_ = 0;
  int labels_ = 0;
  int jobs_ = 0;
};

}  // namespace

script draw(engine::random_source& random, const shape& s) {
  artist a(random, s);
  script tasks = script::array();
  for (int i = 0; i < s.tasks; ++i) tasks.push_back(a.task());
  return tasks;
}

void run(const script& s, const asyncio::loop_options& options, told& log, coverage* cancelled) {
  log.clear();
  // Kept until the execution is over: callbacks refer to it.
  std::optional<world> w;
  aio::run([&] { w.emplace(s, log, cancelled).main(); }, options);
}

std::vector<script> smaller(const script& s) {
  std::vector<script> all;
  const std::function<void(const json::json_pointer&, const json&)> go =
      [&](const json::json_pointer& at, const json& list) {
        for (std::size_t i = 0; i < list.size(); ++i) {
          script without = s;
          without[at].erase(i);
          all.push_back(without);
          // Of an operation, its own operations.
          for (std::size_t k = 1; k < list[i].size(); ++k) {
            const json& part = list[i][k];
            if (!part.is_array() || part.empty() || !part[0].is_array()) continue;
            if (part[0].empty() || part[0][0].is_string()) {
              go(at / i / k, part);
            } else {
              for (std::size_t b = 0; b < part.size(); ++b) go(at / i / k / b, part[b]);
            }
          }
        }
      };
  for (std::size_t t = 0; t < s.size(); ++t) go(json::json_pointer() / t, s[t]);
  return all;
}

}  // namespace norn::asyncio_script
