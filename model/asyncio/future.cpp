#include <norn/model/asyncio/future.hpp>

#include <utility>

namespace norn::asyncio {

using namespace engine;

std::exception_ptr future_state::failure() const {
  return cancelled() ? std::make_exception_ptr(cancelled_error(message_)) : error_;
}

void future_state::throw_failure() const {
  if (!done()) throw invalid_state_error("Result is not set.");
  if (const std::exception_ptr why = failure()) std::rethrow_exception(why);
}

void future_state::fail(point& p, std::exception_ptr error) {
  if (!done()) error_ = std::move(error);
  finish(p, state::finished);
}

bool future_state::cancel(point& p, const std::string& message) {
  return become_cancelled(p, message);
}

bool future_state::become_cancelled(point& p, const std::string& message) {
  if (done()) return false;
  message_ = message;
  finish(p, state::cancelled);
  return true;
}

void future_state::finish(point& p, state how) {
  if (done()) throw invalid_state_error("invalid state");
  how_ = how;
  for (callback& each : std::exchange(callbacks_, {})) loop_->schedule(p, std::move(each.then));
}

std::size_t future_state::when_done(point& p, handle::action then) {
  const std::size_t number = numbered_++;
  if (done()) {
    loop_->schedule(p, std::move(then));
  } else {
    callbacks_.push_back({number, std::move(then)});
  }
  return number;
}

void future_state::forget(std::size_t number) {
  std::erase_if(callbacks_, [&](const callback& each) { return each.number == number; });
}

}  // namespace norn::asyncio
