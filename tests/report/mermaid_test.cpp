#include <norn/report/mermaid.hpp>

#include <gtest/gtest.h>

#include <norn/tests/report/sample.hpp>

namespace norn {
namespace {

check_result result_with(counterexample c) {
  check_result r = sample::violated_result();
  r.decided.counterexample = std::move(c);
  return r;
}

TEST(Mermaid, IsASequenceDiagram) {
  EXPECT_EQ(mermaid_text(sample::violated_result()),
            "sequenceDiagram\n"
            "  title bank/buggy@2thread:total_kept\n"
            "  participant t0 as teller/0\n"
            "  participant t1 as teller/1\n"
            "  t0->>t0: 1 load total → 0\n"
            "  Note over t0: preempted\n"
            "  t1->>t1: 2 load total → 0\n"
            "  t1->>t1: 3 store(1) on total\n"
            "  Note right of t1: total 0→1<br/>conflicts with 1\n"
            "  t0->>t0: 4 store(1) on total\n"
            "  Note right of t0: total 1→1<br/>conflicts with 3\n"
            "  Note over t0,t1: VIOLATED total_kept<br/>total == 2 (left 1, right 2)\n");
}

TEST(Mermaid, SaysWhatIsHeldAndWaitedFor) {
  const std::string text = mermaid_text(result_with(sample::embrace()));
  EXPECT_NE(text.find("  Note over t0: preempted, holds left\n"), std::string::npos) << text;
  EXPECT_NE(text.find("  Note over t1: waits for left, held by teller/0, holds right (shared)\n"),
            std::string::npos);
  EXPECT_NE(text.find("  Note over t1: blocked at lock left, held by teller/0\n"),
            std::string::npos);
}

// Threads of one process stand beside one another, whatever their order in the trace.
TEST(Mermaid, HasABoxForEachProcess) {
  counterexample c = sample::lost_update();
  c.steps[0].process = c.steps[3].process = "left";
  c.steps[1].process = c.steps[2].process = "right";
  c.steps.push_back(sample::step(5, "teller/2", "load", "total", "1", "", 43));
  c.steps.back().process = "left";
  const std::string text = mermaid_text(result_with(c));
  EXPECT_NE(text.find("  box transparent left\n"
                      "    participant t0 as teller/0\n"
                      "    participant t1 as teller/2\n"
                      "  end\n"
                      "  box transparent right\n"
                      "    participant t2 as teller/1\n"
                      "  end\n"
                      "  t0->>t0: 1 load"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("  Note over t0,t2: VIOLATED"), std::string::npos);
  for (trace_step& s : c.steps) s.host = s.process;
  EXPECT_NE(mermaid_text(result_with(c)).find("  box transparent left on left\n"),
            std::string::npos);
}

TEST(Mermaid, ShowsFaultsAcrossAllThreads) {
  const std::string text = mermaid_text(result_with(sample::power_failure()));
  EXPECT_EQ(text.find("environment"), std::string::npos) << text;
  EXPECT_NE(text.find("  Note over t0,t1: 3 fault: power failure of web<br/>"
                      "total 1→0 (not on disk)\n"
                      "  t0->>t0: 4 fsync file → killed\n"
                      "  t1->>t1: 5 load"),
            std::string::npos);
}

TEST(Mermaid, WithoutATraceIsTheMessage) {
  check_result r = sample::result(conclusion::misuse);
  r.decided.message = "step 3: expected lock\ncame unlock";
  EXPECT_EQ(mermaid_text(r),
            "sequenceDiagram\n"
            "  title bank/buggy@2thread:total_kept\n"
            "  participant t0 as nobody\n"
            "  Note over t0: MISUSE<br/>step 3: expected lock<br/>came unlock\n");
}

// Where a text could end its statement, begin another, or be taken for markup.
TEST(Mermaid, EscapesWhatTheLanguageGivesAMeaningTo) {
  EXPECT_EQ(mermaid_escaped("a;b#c"), "a#59;b#35;c");
  EXPECT_EQ(mermaid_escaped("say \"<b>\""), "say #34;#60;b#62;#34;");
  EXPECT_EQ(mermaid_escaped("%%{init}%% $$x$$"), "#37;#37;{init}#37;#37; #36;#36;x#36;#36;");
  EXPECT_EQ(mermaid_escaped("one\ntwo\n"), "one<br/>two");
  EXPECT_EQ(mermaid_escaped("\x1b[31m"), "\\x1b[31m");
  EXPECT_EQ(mermaid_escaped("end, END"), "#101;nd, #69;ND");
  EXPECT_EQ(mermaid_escaped("the end"), "the #101;nd");
  EXPECT_EQ(mermaid_escaped("append ending"), "append ending");
  EXPECT_EQ(mermaid_escaped("wrap: a: b"), "wrap#58; a: b");
  EXPECT_EQ(mermaid_escaped("nowrap:"), "nowrap#58;");
}

TEST(Mermaid, NoTextOfTheProgramBeginsALine) {
  counterexample c = sample::lost_update();
  for (trace_step& s : c.steps) {
    s.thread += "\nend";
    s.object = "x\n  t0->>t9: forged";
    s.changes = "\nNote over t0: forged";
  }
  c.threads.clear();
  const std::string text = mermaid_text(result_with(c));
  EXPECT_EQ(text.find("\n  t0->>t9"), std::string::npos) << text;
  EXPECT_EQ(text.find("\nNote"), std::string::npos) << text;
  EXPECT_EQ(text.find("\nend"), std::string::npos) << text;
}

}  // namespace
}  // namespace norn
