#include <norn/model/asyncio/gather.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>

#include <norn/model/asyncio/errors.hpp>

namespace norn::asyncio {

using namespace engine;

namespace {

constexpr operation_kind gather_kind{.name = "gather", .reach = engine::reach::unknown};

class gathered : public future_of<void> {
 public:
  gathered(event_loop& loop, std::vector<std::shared_ptr<future_state>> children, exceptions how)
      : future_of<void>(loop), children_(std::move(children)), how_(how) {}

  std::string name() const override { return "gather"; }
  bool cancel(point& p, const std::string& message) override {
    if (done()) return false;
    bool any = false;
    for (const auto& each : children_) any = each->cancel(p, message) || any;
    cancel_requested_ = cancel_requested_ || any;
    return any;
  }

  // Each child once, however often it was given.
  void follow(point& p) {
    for (std::size_t i = 0; i < children_.size(); ++i) {
      const bool again = std::find(children_.begin(), children_.begin() + static_cast<long>(i),
                                   children_[i]) != children_.begin() + static_cast<long>(i);
      if (again) continue;
      ++left_;
      // Not kept by the children: who does not keep it does not want to know.
      children_[i]->when_done(p, [whole = weak_from_this(), &child = *children_[i]](point& then) {
        const auto self = std::static_pointer_cast<gathered>(whole.lock());
        if (self != nullptr) self->child_done(then, child);
        return no_thread;
      });
    }
    if (left_ == 0) succeed(p);
  }

 private:
  void child_done(point& p, const future_state& child) {
    --left_;
    if (done()) return;
    if (how_ == exceptions::propagate && child.failure()) {
      fail(p, child.failure());
    } else if (left_ == 0 && cancel_requested_) {
      fail(p, std::make_exception_ptr(cancelled_error()));
    } else if (left_ == 0) {
      succeed(p);
    }
  }

  std::vector<std::shared_ptr<future_state>> children_;
  exceptions how_;
  std::size_t left_ = 0;
  bool cancel_requested_ = false;
};

}  // namespace

std::shared_ptr<future_of<void>> detail::gather(std::vector<std::shared_ptr<future_state>> children,
                                                exceptions how, source_location where) {
  event_loop& loop = children.empty() ? event_loop::current() : children.front()->loop();
  point p{gather_kind, loop.state(), where};
  loop.touch(p);
  const auto whole = std::make_shared<gathered>(loop, std::move(children), how);
  whole->follow(p);
  return whole;
}

}  // namespace norn::asyncio
