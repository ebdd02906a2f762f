// Takes the command line apart (CLI11), hands each command what it asked for, and turns what went
// wrong into one message and an exit code.
#include <norn/cli/main.hpp>

#include <fmt/format.h>

#include <cstdio>
#include <exception>
#include <filesystem>

#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <norn/cli/commands.hpp>
#include <norn/cli/output.hpp>
#include <norn/cli/selection.hpp>
#include <norn/report/display.hpp>
#include <norn/scheduler/base/bad_input.hpp>

namespace norn {

using namespace engine;

namespace {

class command_line {
 public:
  explicit command_line(const std::string& typed);
  exit_code run(int argc, char** argv);

 private:
  CLI::App* add_command(const std::string& name, const std::string& description);
  CLI::App* add_target_command(const std::string& name, const std::string& description);
  void add_check();
  void add_color(CLI::App* command);
  void refuse_extras(const CLI::App& command) const;
  void refuse_unknown_command() const;
  exit_code run_command(const CLI::App& command);
  check_request check_asked_for();
  replay_request replay_asked_for(const CLI::App& command) const;
  report_files files_asked_for() const;
  presentation shown_by(CLI::App* command) const;

  std::string program_;  // as it can be typed again
  std::string name_;     // without its folder
  CLI::App app_;
  CLI::App* check_ = nullptr;
  std::vector<std::string> patterns_;
  std::string target_;
  bool list_json_ = false;
  std::string break_at_;
  std::string report_json_;
  std::string report_mermaid_;
  std::string shell_;
};

// A path that a shell in this folder takes, as short as it goes.
std::string typed_again(const std::string& typed) {
  std::error_code error;
  const std::string near = std::filesystem::proximate(typed, error).string();
  if (typed.find('/') == std::string::npos || error || near.size() >= typed.size()) return typed;
  return near.find('/') == std::string::npos ? "./" + near : near;
}

command_line::command_line(const std::string& typed)
    : program_(typed_again(typed)),
      name_(std::filesystem::path(typed).filename().string()),
      app_("Norn, a deterministic concurrency model checker", name_) {
  app_.require_subcommand(0, 1);
  app_.allow_extras();
  app_.set_version_flag("--version", "norn " NORN_VERSION);
  app_.footer(
      "Exit codes: 0 every verdict as declared, 1 a verdict differs, 2 usage or bad input,\n"
      "3 undecided under --require-exhaustive, 4 the test is nondeterministic or misused,\n"
      "5 internal error, 130 interrupted.");

  CLI::App* list = add_command("list", "show the checks, and what each expects");
  list->add_option("PATTERN", patterns_, "checks to list; all by default");
  list->add_flag("--json", list_json_, "as JSON");
  add_check();
  CLI::App* replay = add_target_command("replay", "run one schedule again and show its trace");
  replay->add_option("--break-at", break_at_, "stop in a debugger before that step")
      ->type_name("STEP");
  add_color(replay);
  add_color(add_target_command("explain", "show a counterexample in full, step by step"));
  CLI::App* report = add_target_command("report", "write a counterexample to a file");
  report->add_option("--json", report_json_, "as JSON; - for standard output")->type_name("FILE");
  report
      ->add_option("--mermaid", report_mermaid_,
                   "as a Mermaid sequence diagram; - for standard output")
      ->type_name("FILE");
  add_command("completion", "print a script that completes commands, options and checks")
      ->add_option("SHELL", shell_, "bash, zsh or fish");
}

CLI::App* command_line::add_command(const std::string& name, const std::string& description) {
  CLI::App* command = app_.add_subcommand(name, description);
  // Unknown options are refused by us, with the known ones.
  command->allow_extras();
  return command;
}

CLI::App* command_line::add_target_command(const std::string& name,
                                           const std::string& description) {
  CLI::App* command = add_command(name, description);
  command->add_option("TOKEN|FILE", target_,
                      "v1:<check name>:<base64url>, or a file of report --json or check --json");
  return command;
}

void command_line::add_color(CLI::App* command) {
  option_set(command).add_value("--color", "WHEN", "auto, always or never");
}

void command_line::add_check() {
  check_ = add_command("check", "run checks: a line each, then a summary");
  check_->add_option("PATTERN", patterns_, "checks to run; all by default");
  option_set all{check_};
  for (const setting& s : all_settings()) {
    all.add_value("--" + s.name, s.value, s.meaning + ": " + s.accepted);
  }
  all.add_value("--json", "FILE", "write results as JSON; - for standard output");
  all.add_value("--junit", "FILE", "write results as JUnit XML");
  all.add_value("--checkpoint", "FILE", "keep what a run needs to go on later");
  all.add_value("--resume", "FILE", "go on from such a file, and keep it up to date");
  all.add_flag("--require-exhaustive", "exit with 3 if a check is undecided");
  all.add_flag("--keep-going",
               "go on after a search with a check that is not as declared (the default)",
               "--no-keep-going");
  all.add_flag("--quiet", "only what is not as declared, and the summary; no progress");
  all.add_flag("--verbose", "the trace of every violation, expected ones too");
  add_color(check_);
}

void command_line::refuse_extras(const CLI::App& command) const {
  for (const std::string& word : command.remaining()) {
    if (word == "--") continue;
    const std::string subject = command.get_name();
    if (word.front() != '-') {
      throw bad_input(
          fmt::format("{} takes no further argument, and got `{}`", subject, printable(word)));
    }
    const std::string option = word.substr(0, word.find('='));
    const std::vector<std::string> known = option_names(command);
    throw bad_input(fmt::format("{} has no option {}{}\n  its options: {}", subject,
                                printable(option), did_you_mean(option, known),
                                fmt::join(known, " ")));
  }
}

void command_line::refuse_unknown_command() const {
  std::vector<std::string> commands;
  for (const CLI::App* command : app_.get_subcommands({})) commands.push_back(command->get_name());
  const std::vector<std::string> words = app_.remaining();
  const std::string all = fmt::format("{}", fmt::join(commands, " "));
  if (words.empty()) {
    throw bad_input(fmt::format("which command? one of: {}\n  {} --help says more", all, name_));
  }
  const bool option = words.front().front() == '-';
  throw bad_input(fmt::format("there is no {} {}{}\n  the commands: {}{}",
                              option ? "option" : "command", printable(words.front()),
                              option ? "" : did_you_mean(words.front(), commands), all,
                              option ? "; options follow their command" : ""));
}

check_request command_line::check_asked_for() {
  const option_set all{check_};
  check_request request;
  request.patterns = patterns_;
  for (const setting& s : all_settings()) {
    const auto value = all.value_of("--" + s.name);
    if (value) set(request.search, s.name, value->value, value->source);
  }
  refuse_contradictions(request.search);
  request.json = all.value_of("--json");
  request.junit = all.value_of("--junit");
  request.checkpoint = all.value_of("--checkpoint");
  request.resume = all.value_of("--resume");
  request.require_exhaustive = all.is_set("--require-exhaustive");
  request.keep_going = all.is_set("--keep-going", true);
  request.quiet = all.is_set("--quiet");
  request.verbose = all.is_set("--verbose");
  if (request.quiet && request.verbose) {
    const said quiet = *all.value_of("--quiet");
    const said verbose = *all.value_of("--verbose");
    const bool quiet_typed = quiet.source == "--quiet";
    const bool verbose_typed = verbose.source == "--verbose";
    if (quiet_typed == verbose_typed) {
      throw bad_input(fmt::format("{} and {} exclude each other", quiet.source, verbose.source));
    }
    // A flag beats the environment.
    request.quiet = quiet_typed;
    request.verbose = verbose_typed;
  }
  return request;
}

replay_request command_line::replay_asked_for(const CLI::App& command) const {
  if (target_.empty()) {
    throw bad_input(command.get_name() + " takes a replay token or a file with one");
  }
  replay_request request{target_, 0};
  if (break_at_.empty()) return request;
  const bool digits = break_at_.find_first_not_of("0123456789") == std::string::npos;
  request.break_at = digits && break_at_.size() < 10 ? std::stoul(break_at_) : 0;
  if (request.break_at == 0) {
    throw bad_input(fmt::format("--break-at takes a step, a whole number from 1, not `{}`",
                                printable(break_at_)));
  }
  return request;
}

color_mode color_mode_of(const said& s) {
  if (s.value == "auto") return color_mode::automatic;
  if (s.value == "always") return color_mode::always;
  if (s.value == "never") return color_mode::never;
  throw bad_input(
      fmt::format("{} takes auto, always or never, not `{}`", s.source, printable(s.value)));
}

presentation command_line::shown_by(CLI::App* command) const {
  presentation shown{program_, color_mode::automatic};
  const auto color = option_set(command).value_of("--color");
  if (color) shown.color = color_mode_of(*color);
  return shown;
}

exit_code command_line::run_command(const CLI::App& command) {
  const std::string& name = command.get_name();
  CLI::App* found = app_.get_subcommand(name);
  refuse_extras(command);
  if (name == "list") return run_list({patterns_, list_json_});
  if (name == "check") return run_check(check_asked_for(), shown_by(found));
  if (name == "replay") return run_replay(replay_asked_for(command), shown_by(found));
  if (name == "explain") return run_explain(replay_asked_for(command), shown_by(found));
  if (name == "completion") return run_completion(shell_, app_, name_);
  return run_report(replay_asked_for(command), files_asked_for(), {program_, color_mode::never});
}

report_files command_line::files_asked_for() const {
  report_files files;
  if (!report_json_.empty()) files.json = report_json_;
  if (!report_mermaid_.empty()) files.mermaid = report_mermaid_;
  if (!files.json && !files.mermaid) {
    throw bad_input("report takes --json FILE or --mermaid FILE, or both");
  }
  if (files.json == files.mermaid) {
    throw bad_input(fmt::format("--json and --mermaid both name {}: give each a file of its own",
                                printable(report_json_)));
  }
  return files;
}

exit_code command_line::run(int argc, char** argv) {
  try {
    app_.parse(argc, argv);
  } catch (const CLI::Success& asked_for_text) {  // --help, --version
    app_.exit(asked_for_text);
    return exit_code::success;
  } catch (const CLI::ArgumentMismatch& error) {  // "--seed: 1 required N missing"
    const std::string text = error.what();
    throw bad_input(text.substr(0, text.find(':')) + " needs a value\n  " + name_ +
                    " COMMAND --help says which");
  } catch (const CLI::ParseError& error) {
    throw bad_input(std::string(error.what()) + "\n  " + name_ + " COMMAND --help says more");
  }
  const auto given = app_.get_subcommands();
  if (given.empty() || !app_.remaining().empty()) refuse_unknown_command();
  return run_command(*given.front());
}

}  // namespace

int main(int argc, char** argv) {
  const std::string typed = argc > 0 ? argv[0] : "norn";
  try {
    return static_cast<int>(command_line(typed).run(argc, argv));
  } catch (const bad_input& error) {
    print_to(stderr, "{}: {}\n", std::filesystem::path(typed).filename().string(), error.what());
    return static_cast<int>(exit_code::bad_input);
  } catch (const std::exception& error) {
    print_to(stderr,
             "internal error: {}\n"
             "  this is a defect of Norn, not of the program under test; no verdict was reached.\n",
             error.what());
    return static_cast<int>(exit_code::internal_error);
  }
}

}  // namespace norn
