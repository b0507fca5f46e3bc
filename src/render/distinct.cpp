// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "distinct.hpp"

#include <algorithm>
#include <cstring>
#include <queue>

#include "reportctl/base/error.hpp"
#include "reportctl/base/hash.hpp"

namespace reportctl::render {
namespace {

constexpr std::size_t kMostRecent = 65'536;
constexpr std::size_t kReadAtOnce = 256;

std::filesystem::path directory_or_temporary(const std::filesystem::path& directory) {
  std::error_code error;
  const auto temporary = std::filesystem::temp_directory_path(error);
  return !directory.empty() ? directory : error ? "/tmp" : temporary;
}

}  // namespace

/// The keys of a run, in their order.
class DistinctCounter::Reader {
 public:
  Reader(const TempFile& file, Run run) : file_(&file), run_(run) { read(); }
  [[nodiscard]] bool is_done() const { return at_ == keys_.size(); }
  [[nodiscard]] const Key& key() const { return keys_[at_]; }
  void advance() {
    if (++at_ == keys_.size()) read();
  }

 private:
  void read() {
    at_ = 0;
    keys_.resize(std::min<std::size_t>(kReadAtOnce, (run_.end - run_.at) / sizeof(Key)));
    const std::size_t wanted = keys_.size() * sizeof(Key);
    for (std::size_t got = 0; got < wanted;) {
      const std::size_t count = file_->read_at(run_.at + got, reinterpret_cast<char*>(keys_.data()) + got, wanted - got);
      if (count == 0) throw Error(ErrorKind::failed, "a temporary file of a summary is shorter than what was written to it");
      got += count;
    }
    run_.at += wanted;
  }
  const TempFile* file_;
  Run run_;
  std::vector<Key> keys_;
  std::size_t at_ = 0;
};

void DistinctCounter::add(const rows::Cell& cell) {
  Key& key = recent_.emplace_back();
  key.fill(0);
  constexpr char kHashed = 127;
  if (cell.text.data() == nullptr) {
    std::memcpy(key.data(), &cell.number, sizeof cell.number);
  } else if (cell.text.size() < key.size()) {
    key[0] = static_cast<char>(cell.text.size());
    std::copy(cell.text.begin(), cell.text.end(), key.begin() + 1);
  } else {
    key[0] = kHashed;
    const std::string hash = sha256_hex(cell.text);
    std::copy_n(hash.begin(), key.size() - 1, key.begin() + 1);
  }
  if (recent_.size() < kMostRecent) return;
  settle();
  if (recent_.size() < kMostRecent / 2) return;
  if (!file_) file_.emplace(TempFile::create(directory_or_temporary(directory_)));
  const std::uint64_t begin = file_->size();
  file_->write({reinterpret_cast<const char*>(recent_.data()), recent_.size() * sizeof(Key)});
  runs_.push_back({begin, file_->size()});
  recent_.clear();
}

void DistinctCounter::settle() {
  std::sort(recent_.begin(), recent_.end());
  recent_.erase(std::unique(recent_.begin(), recent_.end()), recent_.end());
}

std::int64_t DistinctCounter::count() {
  settle();
  if (runs_.empty()) return static_cast<std::int64_t>(recent_.size());
  const auto later = [](const Reader* a, const Reader* b) { return a->key() > b->key(); };
  std::vector<Reader> readers;
  for (const Run& run : runs_) readers.emplace_back(*file_, run);
  std::priority_queue<Reader*, std::vector<Reader*>, decltype(later)> next(later);
  for (Reader& reader : readers) next.push(&reader);
  std::int64_t count = 0;
  auto recent = recent_.begin();
  std::optional<Key> last;
  while (!next.empty() || recent != recent_.end()) {
    Key key;
    if (next.empty() || (recent != recent_.end() && *recent < next.top()->key())) {
      key = *recent++;
    } else {
      Reader* const reader = next.top();
      next.pop();
      key = reader->key();
      reader->advance();
      if (!reader->is_done()) next.push(reader);
    }
    if (last != key) ++count;
    last = key;
  }
  return count;
}

}  // namespace reportctl::render
