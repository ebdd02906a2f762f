// Durability: what a crash of a host may leave of its files.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include <norn/norn.hpp>
#include <norn/scheduler/explore/explorer.hpp>

namespace norn::io {
namespace {

using testing::UnorderedElementsAre;

// "a=… b=…" of what is there; a byte of 0 shows as a dot.
std::string tree() {
  std::string text;
  const std::vector<std::string> names = readdir("/").value();
  for (const std::string& name : names) {
    std::string bytes = read_file(name).value();
    std::replace(bytes.begin(), bytes.end(), '\0', '.');
    text += (text.empty() ? "" : " ") + name + "=" + bytes;
  }
  return text;
}

// What is left after `before` (on the disk), then `unsynced`, then a crash.
std::set<std::string> left_after(storage kind, const std::function<void()>& before,
                                 const std::function<void()>& unsynced) {
  std::set<std::string> found;
  explore_options options;
  options.name = "durability";
  const search_result result = explore(
      [&] {
        const host server{"server"};
        set_storage(server, kind);
        process(server, "setup").run("setup", before);
        const process service{server, "service"};
        faults world;
        ghost<bool> done{false, "done"};
        ghost<bool> crashed{false, "crashed once all was done"};
        world.crash(server, 1, [&](const host&) { crashed = done.get(); });
        service.run("work", [&] {
          unsynced();
          done = true;
        });
        world.cease();
        process(server, "look").run("look", [&] {
          if (crashed) found.insert(tree());
        });
      },
      options);
  EXPECT_EQ(result.misuse.value_or(""), "");
  EXPECT_TRUE(result.complete);
  for (const property_verdict& p : result.properties) {
    EXPECT_NE(p.verdict, conclusion::violated) << p.property << ": " << p.message;
  }
  return found;
}

void nothing() {}

TEST(Durability, ANewFileThatNoOneSynced) {
  const auto work = [] { write_file("a", "xy").value(); };
  // The name may be gone; of the data the size may be there without the content.
  EXPECT_THAT(left_after(storage::posix, nothing, work),
              UnorderedElementsAre("", "a=", "a=..", "a=xy"));
  // In the ordered mode the size comes after the content.
  EXPECT_THAT(left_after(storage::ext4, nothing, work), UnorderedElementsAre("", "a=", "a=xy"));
}

TEST(Durability, AnFsyncOfTheFileDoesNotSaveItsName) {
  const auto work = [] {
    file f = file::open("a", O_WRONLY | O_CREAT).value();
    f.write("xy").value();
    f.fsync().value();
  };
  EXPECT_THAT(left_after(storage::posix, nothing, work), UnorderedElementsAre("", "a=xy"));
  EXPECT_THAT(left_after(storage::ext4, nothing, work), UnorderedElementsAre("a=xy"));
}

void sync_directory() {
  file d = file::open("/", O_RDONLY | O_DIRECTORY).value();
  d.fsync().value();
}

TEST(Durability, AnFsyncOfTheDirectorySavesNamesAndNoData) {
  const auto work = [] {
    write_file("a", "xy").value();
    sync_directory();
  };
  EXPECT_THAT(left_after(storage::posix, nothing, work),
              UnorderedElementsAre("a=", "a=..", "a=xy"));
}

TEST(Durability, BothSaveAll) {
  const auto work = [] {
    file f = file::open("a", O_WRONLY | O_CREAT).value();
    f.write("xy").value();
    f.fsync().value();
    sync_directory();
  };
  EXPECT_THAT(left_after(storage::posix, nothing, work), UnorderedElementsAre("a=xy"));
}

// Replacing a file by renaming another over it, with and without an fsync before.
void replace(bool sync) {
  file f = file::open("b", O_WRONLY | O_CREAT).value();
  f.write("new").value();
  if (sync) f.fsync().value();
  f.close().value();
  rename("b", "a").value();
}

TEST(Durability, RenameOverAFile) {
  const auto before = [] { write_file("a", "old").value(); };
  // The two names by themselves: the old one or the new file under each.
  EXPECT_THAT(left_after(storage::posix, before, [] { replace(true); }),
              UnorderedElementsAre("a=old", "a=new", "a=old b=new", "a=new b=new"));
  EXPECT_THAT(left_after(storage::posix, before, [] { replace(false); }),
              UnorderedElementsAre("a=old", "a=new", "a=old b=new", "a=new b=new", "a=", "a=old b=",
                                   "a= b=", "a=...", "a=old b=...", "a=... b=..."));
  // Names in their order; without the option the new name may come to the disk before the data.
  EXPECT_THAT(left_after(storage::ext4, before, [] { replace(true); }),
              UnorderedElementsAre("a=old b=new", "a=new"));
  EXPECT_THAT(left_after(storage::ext4, before, [] { replace(false); }),
              UnorderedElementsAre("a=old", "a=old b=", "a=old b=new", "a=new"));
  EXPECT_THAT(left_after(storage::ext4_without_auto_da_alloc, before, [] { replace(false); }),
              UnorderedElementsAre("a=old", "a=old b=", "a=old b=new", "a=new", "a="));
}

TEST(Durability, AnFsyncOnExt4CommitsWhatCameBeforeTheFileChanged) {
  const auto before = [] {
    write_file("a", "x").value();
    write_file("b", "y").value();
  };
  const auto renamed_and_synced = [](bool change_b) {
    file b = file::open("b", O_WRONLY).value();
    rename("a", "c").value();
    if (change_b) b.write("z").value();
    b.fsync().value();
  };
  // A file that has not changed since its own transaction was committed has nothing to wait for.
  EXPECT_THAT(left_after(storage::ext4, before, [&] { renamed_and_synced(false); }),
              UnorderedElementsAre("a=x b=y", "b=y c=x"));
  EXPECT_THAT(left_after(storage::ext4, before, [&] { renamed_and_synced(true); }),
              UnorderedElementsAre("b=z c=x"));
}

TEST(Durability, TruncateAndWrite) {
  const auto before = [] { write_file("a", "old!").value(); };
  const auto work = [] { write_file("a", "nw").value(); };
  // Sizes 4, 0 and 2 with what the block has held: "old!", nothing, "nw".
  EXPECT_THAT(left_after(storage::posix, before, work),
              UnorderedElementsAre("a=old!", "a=....", "a=nw..", "a=", "a=ol", "a=..", "a=nw"));
}

TEST(Durability, AnAppendWithinABlockMayLeaveZeros) {
  const auto before = [] { write_file("a", "abc").value(); };
  const auto work = [] {
    file f = file::open("a", O_WRONLY | O_APPEND).value();
    f.write("d").value();
  };
  // The block is on the disk already: its new size does not wait for its content, in an ordered mode either.
  for (const storage kind : {storage::posix, storage::ext4}) {
    EXPECT_THAT(left_after(kind, before, work), UnorderedElementsAre("a=abc", "a=abc.", "a=abcd"));
  }
}

TEST(Durability, ATruncationDoesNotWaitForData) {
  const auto work = [] {
    file f = file::open("a", O_WRONLY | O_CREAT).value();
    f.write("xyz").value();
    ftruncate(f.fd(), 2).value();
    sync_directory();
  };
  // Without the write, with it, and with the size that the truncation gave before the write's block.
  EXPECT_THAT(left_after(storage::ext4, nothing, work),
              UnorderedElementsAre("a=", "a=xyz", "a=xy.", "a=xy", "a=.."));
}

TEST(Durability, AWriteOfSeveralBlocksMayBeCutBetweenThem) {
  std::set<std::size_t> sizes;
  const auto work = [] { write_file("a", std::string(9000, 'n')).value(); };
  for (const std::string& each : left_after(
           storage::ext4, [] { write_file("a", "").value(); }, work)) {
    EXPECT_EQ(each.find('.'), std::string::npos);
    sizes.insert(each.size() - 2);
  }
  EXPECT_THAT(sizes, UnorderedElementsAre(0u, 4096u, 8192u, 9000u));
}

TEST(Durability, AnUnlinkedFileMayComeBack) {
  const auto before = [] { write_file("a", "x").value(); };
  EXPECT_THAT(left_after(storage::posix, before, [] { unlink("a").value(); }),
              UnorderedElementsAre("", "a=x"));
}

TEST(Durability, BlocksOfAFileAreWrittenEachByItself) {
  const std::string block(4096, 'o');
  const auto before = [&] { write_file("a", block + block).value(); };
  std::set<std::string> short_forms;
  const auto work = [] {
    file f = file::open("a", O_WRONLY).value();
    f.write(std::string(8192, 'n')).value();
  };
  for (const std::string& each : left_after(storage::posix, before, work)) {
    ASSERT_EQ(each.size(), 2 + 8192u);
    short_forms.insert({each[2], each[2 + 4096]});
  }
  EXPECT_THAT(short_forms, UnorderedElementsAre("oo", "on", "no", "nn"));
}

// What a crash may leave of "o", over which "n" was written, after an fsync that failed, what is done then, and
// an fsync that succeeds.
std::set<std::string> left_after_a_failed_fsync(const std::function<bool(file&)>& then) {
  std::set<std::string> found;
  explore_options options;
  options.name = "fsync";
  const search_result result = explore(
      [&] {
        const host server{"server"};
        const process service{server, "service"};
        process(server, "setup").run("setup", [] { write_file("a", "o").value(); });
        faults world;
        ghost<bool> retried{false, "retried"};
        ghost<bool> crashed{false, "crashed once the second had succeeded"};
        world.crash(server, 1, [&](const host&) { crashed = retried.get(); });
        may_fail(world, server);
        service.run("work", [&] {
          file f = file::open("a", O_WRONLY).value();
          if (!f.write("n").ok()) return;
          if (f.fsync().ok() || !then(f)) return;
          if (f.fsync().ok()) retried = true;
        });
        world.cease();
        process(server, "look").run("look", [&] {
          if (crashed) found.insert(tree());
        });
      },
      options);
  EXPECT_EQ(result.misuse.value_or(""), "");
  return found;
}

TEST(Durability, AFailedFsyncIsNotMadeGoodByALaterOne) {
  EXPECT_THAT(left_after_a_failed_fsync([](file&) { return true; }),
              UnorderedElementsAre("a=o", "a=n"));
}

// The write makes the block dirty, whatever it held.
TEST(Durability, AFailedFsyncIsMadeGoodByWritingTheSameAgain) {
  EXPECT_THAT(left_after_a_failed_fsync([](file& f) { return pwrite(f.fd(), "n", 0).ok(); }),
              UnorderedElementsAre("a=n"));
}

// The size is on the disk then, and the second block, but the first was not written to.
TEST(Durability, AFailedFsyncIsNotMadeGoodByWhatComesBehind) {
  EXPECT_THAT(left_after_a_failed_fsync([](file& f) { return ftruncate(f.fd(), 2).ok(); }),
              UnorderedElementsAre("a=o.", "a=n."));
  const std::string gap(4095, '.');
  EXPECT_THAT(left_after_a_failed_fsync([](file& f) { return pwrite(f.fd(), "x", 4096).ok(); }),
              UnorderedElementsAre("a=o" + gap + "x", "a=n" + gap + "x"));
}

}  // namespace
}  // namespace norn::io
