"""style_check finds each kind of fault in a small tree, and nothing in a tree without."""

import importlib.machinery
import importlib.util
import tempfile
import unittest
from pathlib import Path

SCRIPT = Path(__file__).resolve().parent / "style_check"
LOADER = importlib.machinery.SourceFileLoader("style_check", str(SCRIPT))
style_check = importlib.util.module_from_spec(importlib.util.spec_from_loader("style_check", LOADER))
LOADER.exec_module(style_check)

FINE = {
    "scheduler/base/ids.hpp": "#pragma once\n",
    "scheduler/trace/event.hpp": "#include <norn/scheduler/base/ids.hpp>\n",
    "scheduler/run/fiber.cpp": "thread_local int* p = reinterpret_cast<int*>(8);\n",
    "scheduler/run/point.hpp": "#include <norn/scheduler/trace/event.hpp>\n",
    "scheduler/run/runner.hpp": "#include <norn/scheduler/run/point.hpp>\n",
    "scheduler/explore/explorer.hpp": "#include <norn/scheduler/run/runner.hpp>\n",
    "model/sync/mutex.hpp": "#include <vector>\n#include <norn/scheduler/run/point.hpp>\n",
    "report/text.hpp": '#include "../scheduler/trace/event.hpp"\n',
    "specs/kit/check.hpp": "#include <norn/scheduler/explore/explorer.hpp>\n",
    "specs/store/store.cpp": "#include <norn/norn.hpp>\n#include <norn/specs/kit/check.hpp>\n",
    "norn.hpp": "#include <norn/model/sync/mutex.hpp>\n",
    "tests/model/mutex_test.cpp": "#include <norn/norn.hpp>\nthread_local int x;\n",
}


class StyleCheck(unittest.TestCase):
    def faults(self, files=()):
        """The faults of the fine tree with some files replaced."""
        files = {**FINE, **dict(files)}
        with tempfile.TemporaryDirectory() as folder:
            tree = Path(folder).resolve()
            for path, text in files.items():
                (tree / path).parent.mkdir(parents=True, exist_ok=True)
                (tree / path).write_text(text, encoding="utf-8")
            return style_check.faults(tree)

    def assert_only_fault(self, path, text, *parts):
        found = self.faults({path: text})
        self.assertEqual(len(found), 1, found)
        for part in (path, *parts):
            self.assertIn(part, found[0])

    def test_a_tree_without_fault(self):
        self.assertEqual(self.faults(), [])

    def test_each_layer_of_the_scheduler_sees_only_what_is_below(self):
        layers = ["base", "trace", "strategy", "run", "explore"]
        for low, layer in enumerate(layers):
            for high in layers[low + 1:]:
                found = self.faults({
                    f"scheduler/{high}/high.hpp": "",
                    f"scheduler/{layer}/low.hpp": f"\n#include <norn/scheduler/{high}/high.hpp>\n"})
                self.assertTrue(
                    any(f"scheduler/{layer}/low.hpp:2: scheduler/{layer} must not include" in fault
                        for fault in found), (layer, high, found))

    def test_the_scheduler_knows_no_model(self):
        found = self.faults({
            "scheduler/run/runner.hpp": "#include <norn/model/time/clock.hpp>\n",
            "model/time/clock.hpp": ""})
        self.assertEqual(len(found), 1, found)
        self.assertIn("scheduler/run must not include model/time/clock.hpp", found[0])

    def test_the_model_sees_the_door_and_no_more(self):
        self.assert_only_fault("model/sync/mutex.hpp",
                               "#include <norn/scheduler/run/runner.hpp>\n",
                               "model must not include scheduler/run/runner.hpp")

    def test_the_report_knows_no_fibers(self):
        self.assert_only_fault("report/text.hpp", "#include <norn/scheduler/run/point.hpp>\n",
                               "report must not include")

    def test_the_report_does_not_reach_fibers_either(self):
        found = self.faults({
            "scheduler/explore/token.hpp": "#include <norn/scheduler/run/point.hpp>\n",
            "report/text.hpp": "#include <norn/scheduler/explore/token.hpp>\n"})
        self.assertEqual(found, [
            "report/text.hpp:1: reaches scheduler/run/point.hpp by way of "
            "scheduler/explore/token.hpp; report must know nothing of scheduler/run"])

    def test_a_quoted_include_is_an_include(self):
        self.assert_only_fault("report/text.hpp", '#include "../scheduler/run/point.hpp"\n',
                               "report must not include")

    def test_a_specification_sees_the_facade_only(self):
        self.assert_only_fault("specs/store/store.cpp",
                               "#include <norn/scheduler/explore/explorer.hpp>\n",
                               "specs must not include")

    def test_folders_do_not_include_one_another(self):
        found = self.faults({
            "model/thread/thread.hpp": "#include <norn/model/sync/mutex.hpp>\n",
            "model/sync/latch.hpp": "#include <norn/model/io/port.hpp>\n",
            "model/io/port.hpp": "\n#include <norn/model/thread/thread.hpp>\n"})
        self.assertEqual(len(found), 1, found)
        self.assertIn("folders include one another", found[0])
        self.assertIn("model/io includes model/thread (model/io/port.hpp:2)", found[0])

    def test_files_of_a_folder_do_not_include_one_another(self):
        found = self.faults({
            "model/sync/mutex.hpp": "",
            "model/sync/mutex.cpp": "\n#include <norn/model/sync/latch.hpp>\n",
            "model/sync/latch.hpp": "#include <norn/model/sync/barrier.hpp>\n",
            "model/sync/barrier.cpp": '#include "mutex.hpp"\n',
            "model/sync/barrier.hpp": ""})
        self.assertEqual(found, [
            "model/sync/barrier.cpp:1: files, header and source taken together, include one another: "
            "model/sync/barrier includes model/sync/mutex (model/sync/barrier.cpp:1); "
            "model/sync/mutex includes model/sync/latch (model/sync/mutex.cpp:2); "
            "model/sync/latch includes model/sync/barrier (model/sync/latch.hpp:1); "
            "move what both need into a file below"])

    def test_each_folder_tells_a_circle_of_its_own(self):
        pair = lambda folder: {f"{folder}/a.hpp": f"#include <norn/{folder}/b.hpp>\n",
                               f"{folder}/b.cpp": f"#include <norn/{folder}/a.hpp>\n",
                               f"{folder}/b.hpp": ""}
        found = self.faults({**pair("model/sync"), **pair("report")})
        self.assertEqual([fault.split(":")[0] for fault in found], ["model/sync/a.hpp", "report/a.hpp"])

    def test_a_source_includes_its_header(self):
        self.assertEqual(self.faults({
            "model/sync/mutex.cpp": "#include <norn/model/sync/mutex.hpp>\n",
            "model/sync/latch.hpp": "#include <norn/model/sync/mutex.hpp>\n"}), [])

    def test_an_include_of_nothing(self):
        self.assert_only_fault("report/text.hpp", "#include <norn/report/none.hpp>\n",
                               "report/none.hpp, which does not exist")

    def test_a_folder_without_layer(self):
        self.assert_only_fault("scheduler/other/new.hpp", "", "has no layer")

    def test_dangerous_words_stay_in_their_files(self):
        for text, word in [("int* p = reinterpret_cast<int*>(8);\n", "reinterpret_cast"),
                           ("void f() { asm(\"nop\"); }\n", "asm"),
                           ("void f() { __asm__(\"nop\"); }\n", "__asm__"),
                           ("thread_local int x;\n", "thread_local")]:
            for path in ["scheduler/run/runner.cpp", "scheduler/trace/event.cpp",
                         "model/sync/mutex.cpp", "cli/main.cpp"]:
                self.assert_only_fault(path, "\n" + text, f"{path}:2: {word} belongs in")

    def test_dangerous_words_may_be_spoken_of(self):
        self.assertEqual(self.faults({"cli/main.cpp": """
// thread_local
/* asm
   reinterpret_cast */
const char* text = "thread_local \\" asm" R"x(asm ")x";
const char quote = '"';  // asm
const int number = 1'000'000;  // it's no asm
int assembly, thread_local_storage;
"""}), [])


if __name__ == "__main__":
    unittest.main()
