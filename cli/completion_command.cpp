// `norn completion`: scripts that complete commands, options and the names of checks. The commands
// and options are written into the script; the checks are asked for with `list`, at the time.
#include <fmt/format.h>

#include <cctype>
#include <cstdio>

#include <norn/cli/commands.hpp>
#include <norn/cli/output.hpp>
#include <norn/report/display.hpp>
#include <norn/report/failure.hpp>
#include <norn/scheduler/base/bad_input.hpp>

namespace norn {

namespace {

struct command_words {
  std::string name;
  std::string description;
  std::string options;  // with a space between
  bool takes_checks = false;
};

std::vector<command_words> commands_of(const CLI::App& app) {
  std::vector<command_words> commands;
  for (const CLI::App* sub : app.get_subcommands({})) {
    const std::string name = sub->get_name();
    commands.push_back({name, sub->get_description(),
                        fmt::format("{}", fmt::join(option_names(*sub), " ")),
                        name == "list" || name == "check"});
  }
  return commands;
}

std::string names_of(const std::vector<command_words>& commands, bool only_with_checks,
                     std::string_view separator = " ") {
  std::vector<std::string> names;
  for (const command_words& c : commands) {
    if (!only_with_checks || c.takes_checks) names.push_back(c.name);
  }
  return fmt::format("{}", fmt::join(names, separator));
}

// A name of a function of a shell.
std::string identifier(const std::string& command) {
  std::string name = "_";
  for (const char c : command) {
    name += std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_';
  }
  return name;
}

// Bash takes a word apart at the `:`, `@` and `=` of COMP_WORDBREAKS, and puts back only the last
// part: the candidates must lose what stands before it.
std::string bash_script(const std::vector<command_words>& commands, const std::string& command) {
  std::string options;
  for (const command_words& c : commands) {
    options += fmt::format("    {}) candidates=\"{}\" ;;\n", c.name, c.options);
  }
  return fmt::format(
      R"sh(# bash completion of {program}:  source <({program} completion bash)
{function}() {{
  local line=${{COMP_LINE:0:COMP_POINT}} command=${{COMP_WORDS[1]}} candidates=
  local word=${{line##* }}
  if [[ $COMP_CWORD -eq 1 ]]; then
    COMPREPLY=($(compgen -W "{commands} --help --version" -- "$word"))
    return
  fi
  case $word in
  -*) case $command in
{options}    esac ;;
  *) case $command in
    {with_checks}) candidates=$({program} list 2>/dev/null | cut -d' ' -f1) ;;
    completion) candidates="bash zsh fish" ;;
    *) COMPREPLY=($(compgen -f -- "$word")); return ;;
    esac ;;
  esac
  local before=${{word%"${{word##*[:@=]}}"}}
  COMPREPLY=($(compgen -W "$candidates" -- "$word"))
  COMPREPLY=("${{COMPREPLY[@]#"$before"}}")
}}
complete -F {function} {program}
)sh",
      fmt::arg("program", command), fmt::arg("function", identifier(command)),
      fmt::arg("commands", names_of(commands, false)), fmt::arg("options", options),
      fmt::arg("with_checks", names_of(commands, true, "|")));
}

std::string zsh_script(const std::vector<command_words>& commands, const std::string& command) {
  std::string described;
  std::string options;
  for (const command_words& c : commands) {
    described += fmt::format("    {}\n", shell_quoted(c.name + ":" + c.description));
    options += fmt::format("    {}) compadd -- {} ;;\n", c.name, c.options);
  }
  return fmt::format(
      R"sh(#compdef {program}
# zsh completion of {program}:  source <({program} completion zsh)
{function}() {{
  local -a commands=(
{described}  )
  if (( CURRENT == 2 )); then
    _describe command commands
    compadd -- --help --version
    return
  fi
  if [[ $words[CURRENT] == -* ]]; then
    case $words[2] in
{options}    esac
    return
  fi
  case $words[2] in
    {with_checks}) compadd -- ${{(f)"$({program} list 2>/dev/null | cut -d' ' -f1)"}} ;;
    completion) compadd -- bash zsh fish ;;
    *) _files ;;
  esac
}}
compdef {function} {program}
)sh",
      fmt::arg("program", command), fmt::arg("function", identifier(command)),
      fmt::arg("described", described), fmt::arg("options", options),
      fmt::arg("with_checks", names_of(commands, true, "|")));
}

std::string fish_script(const std::vector<command_words>& commands, const std::string& command) {
  std::string script = fmt::format(
      "# fish completion of {0}:  {0} completion fish | source\n"
      "complete -c {0} -n __fish_use_subcommand -f -a --help\n"
      "complete -c {0} -n __fish_use_subcommand -f -a --version\n",
      command);
  for (const command_words& c : commands) {
    script += fmt::format("complete -c {} -n __fish_use_subcommand -f -a {} -d {}\n", command,
                          c.name, shell_quoted(c.description));
    script += fmt::format(
        "complete -c {} -n '__fish_seen_subcommand_from {}; and string match -q -- \"-*\" "
        "(commandline -ct)' -f -a '{}'\n",
        command, c.name, c.options);
  }
  return script +
         fmt::format(
             "complete -c {0} -n '__fish_seen_subcommand_from {1}' -f -a '({0} list 2>/dev/null | "
             "string replace -r \" .*\" \"\")'\n"
             "complete -c {0} -n '__fish_seen_subcommand_from completion' -f -a 'bash zsh fish'\n",
             command, names_of(commands, true));
}

}  // namespace

exit_code run_completion(const std::string& shell, const CLI::App& app,
                         const std::string& command) {
  const std::vector<command_words> commands = commands_of(app);
  if (shell == "bash") {
    print_to(stdout, "{}", bash_script(commands, command));
  } else if (shell == "zsh") {
    print_to(stdout, "{}", zsh_script(commands, command));
  } else if (shell == "fish") {
    print_to(stdout, "{}", fish_script(commands, command));
  } else {
    throw bad_input("completion takes a shell: bash, zsh or fish" +
                    (shell.empty() ? "" : ", not `" + printable(shell) + "`"));
  }
  flush_standard_output();
  return exit_code::success;
}

}  // namespace norn
