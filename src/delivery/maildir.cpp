// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <vector>

#include "letter_feed.hpp"
#include "reportctl/base/directory.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/base/hash.hpp"
#include "reportctl/base/process.hpp"
#include "reportctl/base/text.hpp"
#include "transports.hpp"

namespace reportctl::delivery {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kChunk = 64U << 10U;

/// A file below `tmp/` that is gone with this object unless it was moved away.
class Draft {
 public:
  explicit Draft(fs::path path) : path_(std::move(path)), fd_(::open(path_.c_str(), kFlags, 0600)) {
    if (!fd_) throw system_error(ErrorKind::output, "cannot create " + visible(path_.string()), errno);
  }
  ~Draft() {
    if (!path_.empty()) ::unlink(path_.c_str());
  }
  Draft(const Draft&) = delete;
  Draft& operator=(const Draft&) = delete;

  void fill(const Letter& letter) {
    FdSink out(fd_.get(), path_.string());
    std::vector<char> buffer(kChunk);
    LetterReader reader(letter);
    for (std::size_t got = reader.read(buffer.data(), buffer.size()); got > 0; got = reader.read(buffer.data(), buffer.size()))
      out.write({buffer.data(), got});
    if (::fsync(fd_.get()) != 0) throw system_error(ErrorKind::output, "cannot write " + visible(path_.string()), errno);
  }
  void move_to(const fs::path& target) {
    if (::rename(path_.c_str(), target.c_str()) != 0)
      throw system_error(ErrorKind::output, "cannot create " + visible(target.string()), errno);
    path_.clear();
  }

 private:
  static constexpr int kFlags = O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC | O_NOFOLLOW;
  fs::path path_;
  Fd fd_;
};

/// A Maildir as qmail defined it, except that lines keep their CRLF: what is stored is what was composed, byte for byte.
class Maildir final : public Transport {
 public:
  explicit Maildir(fs::path root) : root_(std::move(root)) {}

  Outcome send(const Letter& letter, const HandingOver& handing_over) override try {
    return deliver(letter, handing_over);
  } catch (const Error& error) {
    return deferred(error);
  }

  [[nodiscard]] std::string describe() const override { return fmt::format("maildir:{}", visible(root_.string())); }

  Outcome probe() override try {
    make_folders();
    const Draft draft(root_ / "tmp" / unique_name());
    return {OutcomeKind::accepted, fmt::format("{} is writable", visible(root_.string())), {}, 0, false};
  } catch (const Error& error) {
    return deferred(error);
  }

 private:
  static Outcome deferred(const Error& error) { return {OutcomeKind::deferred, error.what(), "maildir", 0, true}; }

  void make_folders() const {
    for (const char* name : {"tmp", "new", "cur"}) ensure_directory(root_ / name);
  }

  /// What has lain in tmp/ for 36 hours is nobody's any more, as maildir(5) has it: a process that was killed left it.
  void sweep() const {
    std::error_code ignored;
    const auto old = fs::file_time_type::clock::now() - std::chrono::hours(36);
    each_entry(root_ / "tmp", [&](const fs::directory_entry& entry) {
      const auto written = entry.last_write_time(ignored);
      if (!ignored && written < old && entry.is_regular_file(ignored)) fs::remove(entry.path(), ignored);
    });
  }

  std::string unique_name() {
    const ProcessIdentity self = this_process();
    return fmt::format("{}.P{}Q{}R{}.{}", std::time(nullptr), self.pid, ++count_, new_id(), self.host.substr(0, 8));
  }

  /// The rename is what hands over: the letter is complete and durable before HandingOver is asked.
  Outcome deliver(const Letter& letter, const HandingOver& handing_over) {
    make_folders();
    if (count_ == 0) sweep();
    const std::string name = unique_name();
    Draft draft(root_ / "tmp" / name);
    draft.fill(letter);
    if (const std::string refusal = ask(handing_over); !refusal.empty()) return not_handed_over(refusal);
    draft.move_to(root_ / "new" / name);
    try {
      fsync_directory(root_ / "new");
    } catch (const Error& error) {
      return {OutcomeKind::unknown, fmt::format("delivered, but perhaps not durably: {}", error.what()), "reply_lost", 0, true};
    }
    return {OutcomeKind::accepted, fmt::format("new/{}", name), {}, 0, false};
  }

  fs::path root_;
  unsigned count_ = 0;
};

}  // namespace

std::unique_ptr<Transport> make_maildir(const Endpoint& endpoint) { return std::make_unique<Maildir>(endpoint.path); }

}  // namespace reportctl::delivery
