#include <norn/scheduler/run/fiber.hpp>

#include <sys/mman.h>
#include <unistd.h>

#include <boost/context/detail/fcontext.hpp>
#include <cstring>
#include <cxxabi.h>
#include <new>

#include <norn/scheduler/base/invariant.hpp>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define NORN_ASAN 1
#endif
#if __has_feature(thread_sanitizer)
#define NORN_TSAN 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define NORN_ASAN 1
#endif
#if defined(__SANITIZE_THREAD__)
#define NORN_TSAN 1
#endif

#ifdef NORN_ASAN
#include <pthread.h>
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif
#ifdef NORN_TSAN
#include <sanitizer/tsan_interface.h>
#endif

namespace norn::engine {

namespace context = boost::context::detail;

// The two ends of a switch: `leave` runs on the old stack, `arrive` on the new one.
struct fiber_switch {
  // The same object for as long as the thread of the operating system lives; asking for it is a call
  // into another library.
  static fiber::exception_state& exceptions() {
    static thread_local fiber::exception_state* state = nullptr;
    if (state == nullptr) {
      state = reinterpret_cast<fiber::exception_state*>(abi::__cxa_get_globals());
    }
    return *state;
  }

  static void leave(fiber& from, fiber& to) {
    fiber::exception_state& state = exceptions();
    from.exceptions_ = state;
    state = to.exceptions_;
#ifdef NORN_ASAN
    __sanitizer_start_switch_fiber(&from.fake_stack_, to.stack_bottom_, to.stack_bytes_);
#endif
#ifdef NORN_TSAN
    __tsan_switch_to_fiber(to.sanitizer_fiber_, 0);
#endif
  }

  static void arrive(fiber& here, context::transfer_t transfer) {
    static_cast<fiber*>(transfer.data)->context_ = transfer.fctx;
#ifdef NORN_ASAN
    __sanitizer_finish_switch_fiber(here.fake_stack_, nullptr, nullptr);
#else
    static_cast<void>(here);
#endif
  }

  static void start(context::transfer_t transfer);
};

namespace {

// The fiber that `start` finds itself on; handed over beside the transfer because the transfer names
// the fiber that was left. Written just before the first switch to a fiber.
thread_local fiber* starting = nullptr;

// Stacks that began at the same place of their pages would share few sets of the processor's caches: each
// begins lower by as much as a thread of the model usually takes up between two steps, until the page ends.
std::size_t next_offset() {
  constexpr std::size_t usual = 1088;
  constexpr std::size_t smallest_page = 4096;
  static thread_local std::size_t made = 0;
  return made++ * usual % smallest_page / 64 * 64;
}

}  // namespace

void fiber_switch::start(context::transfer_t transfer) {
  fiber& self = *starting;
  arrive(self, transfer);
  self.run_(self.argument_);
  NORN_INVARIANT(false && "a fiber's function returned");
}

fiber::fiber() {
#ifdef NORN_ASAN
  pthread_attr_t attributes;
  NORN_INVARIANT(pthread_getattr_np(pthread_self(), &attributes) == 0);
  void* bottom = nullptr;
  pthread_attr_getstack(&attributes, &bottom, &stack_bytes_);
  pthread_attr_destroy(&attributes);
  stack_bottom_ = bottom;
#endif
#ifdef NORN_TSAN
  sanitizer_fiber_ = __tsan_get_current_fiber();
#endif
}

fiber::fiber(std::size_t stack_bytes, entry run, void* argument) : run_(run), argument_(argument) {
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  stack_bytes_ = (stack_bytes + page - 1) / page * page + page;
  mapping_bytes_ = stack_bytes_ + page;
  mapping_ = mmap(nullptr, mapping_bytes_, PROT_READ | PROT_WRITE,
                  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
  if (mapping_ == MAP_FAILED) {
    mapping_ = nullptr;
    throw std::bad_alloc();
  }
  NORN_INVARIANT(mprotect(mapping_, page, PROT_NONE) == 0);
  char* const bottom = static_cast<char*>(mapping_) + page;
  stack_bottom_ = bottom;
  stack_bytes_ -= next_offset();
  context_ = context::make_fcontext(bottom + stack_bytes_, stack_bytes_, &fiber_switch::start);
#ifdef NORN_TSAN
  sanitizer_fiber_ = __tsan_create_fiber(0);
#endif
}

fiber::~fiber() {
  if (mapping_ == nullptr) return;
#ifdef NORN_TSAN
  __tsan_destroy_fiber(sanitizer_fiber_);
#endif
#ifdef NORN_ASAN
  __asan_unpoison_memory_region(stack_bottom_, stack_bytes_);
#endif
  munmap(mapping_, mapping_bytes_);
}

void fiber::switch_to(fiber& from, fiber& to) {
  starting = &to;
  fiber_switch::leave(from, to);
  const context::transfer_t transfer = context::jump_fcontext(to.context_, &from);
  fiber_switch::arrive(from, transfer);
}

bool fiber::in_guard(const void* address) const {
  const auto* const a = static_cast<const char*>(address);
  const auto* const guard = static_cast<const char*>(mapping_);
  return mapping_ != nullptr && a >= guard && a < static_cast<const char*>(stack_bottom_);
}

}  // namespace norn::engine
