#include "turns.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <exception>
#include <memory>
#include <set>
#include <stdexcept>
#include <thread>

namespace norn::specs_test {

namespace {

const std::string at_call = "call ";
const std::string at_end = "end ";

// A pipe whose ends are closed by themselves.
class pipe {
 public:
  pipe() {
    if (::pipe(ends_) != 0) throw std::runtime_error("pipe failed");
  }
  pipe(const pipe&) = delete;
  pipe& operator=(const pipe&) = delete;
  ~pipe() {
    close_reader();
    close_writer();
  }

  void close_reader() { close_end(ends_[0]); }
  void close_writer() { close_end(ends_[1]); }

  void write_line(const std::string& text) {
    const std::string line = text + "\n";
    if (::write(ends_[1], line.data(), line.size()) != static_cast<ssize_t>(line.size())) {
      throw std::runtime_error("the other end of the pipe is gone");
    }
  }

  // Waits at most `timeout_ms`; forever when that is negative.
  std::string read_line(int timeout_ms) {
    std::string line;
    for (char c = 0;;) {
      struct pollfd readable {
        ends_[0], POLLIN, 0
      };
      if (::poll(&readable, 1, timeout_ms) != 1) throw std::runtime_error("did not come back");
      if (::read(ends_[0], &c, 1) != 1) throw std::runtime_error("ended without a word");
      if (c == '\n') return line;
      line += c;
    }
  }

 private:
  static void close_end(int& end) {
    if (end >= 0) ::close(end);
    end = -1;
  }

  int ends_[2];
};

// Between a thread and whoever gives the turns.
struct channel {
  pipe turns;
  pipe news;
};

thread_local channel* of_this_thread = nullptr;

// --- in the processes of the threads ---

void run_thread(const real_thread& t, channel& c) {
  of_this_thread = &c;
  std::string result;
  try {
    result = t.body();
  } catch (const std::exception& e) {
    result = std::string("exception: ") + e.what();
  }
  c.news.write_line(at_end + result);
}

class company {
 public:
  company(const std::string& directory, const std::vector<real_thread>& threads)
      : directory_(directory), threads_(threads), channels_(threads.size()) {
    std::set<int> processes;
    for (const real_thread& t : threads_) processes.insert(t.process);
    for (const int p : processes) start(p);
    for (channel& c : channels_) {
      c.turns.close_reader();
      c.news.close_writer();
    }
  }
  company(const company&) = delete;
  company& operator=(const company&) = delete;
  // A process that has not ended by now waits for a turn, or for a lock.
  ~company() {
    for (const pid_t p : processes_) ::kill(p, SIGKILL);
    for (const pid_t p : processes_) ::waitpid(p, nullptr, 0);
  }

  channel& channel_of(std::size_t thread) { return channels_[thread]; }

 private:
  void start(int process) {
    const pid_t parent = ::getpid();
    const pid_t started = ::fork();
    if (started < 0) throw std::runtime_error("fork failed");
    if (started == 0) be(process, parent);
    processes_.push_back(started);
  }

  [[noreturn]] void be(int process, pid_t parent) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent || ::chdir(directory_.c_str()) != 0) ::_exit(1);
    std::vector<std::thread> running;
    for (std::size_t i = 0; i < threads_.size(); ++i) {
      channels_[i].turns.close_writer();
      channels_[i].news.close_reader();
      if (threads_[i].process == process) {
        running.emplace_back([this, i] { run_thread(threads_[i], channels_[i]); });
      } else {
        channels_[i].news.close_writer();  // or its end would not be noticed
      }
    }
    for (std::thread& each : running) each.join();
    ::_exit(0);
  }

  const std::string& directory_;
  const std::vector<real_thread>& threads_;
  std::vector<channel> channels_;
  std::vector<pid_t> processes_;
};

// --- where the turns are given ---

// What a thread has last told of itself.
class told_thread {
 public:
  told_thread(std::string name, channel& c, int patience_ms)
      : name_(std::move(name)), channel_(&c), patience_ms_(patience_ms) {
    listen();
  }

  bool ended() const { return news_.starts_with(at_end); }
  std::string result() const { return news_.substr(at_end.size()); }
  const std::string& news() const { return news_; }

  void take_turn(const std::string& call) {
    if (news_ != at_call + call) {
      throw std::runtime_error(name_ + " was to make the call " + call + ", and told: " + news_);
    }
    channel_->turns.write_line("go");
    listen();
  }

 private:
  void listen() {
    try {
      news_ = channel_->news.read_line(patience_ms_);
    } catch (const std::runtime_error& e) {
      throw std::runtime_error(name_ + ", after \"" + news_ + "\", " + e.what());
    }
  }

  std::string name_;
  channel* channel_;
  int patience_ms_;
  std::string news_ = "start";
};

}  // namespace

void await_turn(std::string_view call) {
  of_this_thread->news.write_line(at_call + std::string(call));
  of_this_thread->turns.read_line(-1);
}

std::map<std::string, std::string> run_in_turns(const std::string& directory,
                                                const std::vector<real_thread>& threads,
                                                const std::vector<turn>& order, int patience_ms) {
  company all(directory, threads);
  std::map<std::string, told_thread> by_name;
  for (std::size_t i = 0; i < threads.size(); ++i) {
    by_name.emplace(threads[i].name, told_thread(threads[i].name, all.channel_of(i), patience_ms));
  }
  for (const turn& next : order) by_name.at(next.thread).take_turn(next.call);
  std::map<std::string, std::string> results;
  for (const auto& [name, thread] : by_name) {
    if (!thread.ended())
      throw std::runtime_error(name + " has not ended, but told: " + thread.news());
    results[name] = thread.result();
  }
  return results;
}

}  // namespace norn::specs_test
