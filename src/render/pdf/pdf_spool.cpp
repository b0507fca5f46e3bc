// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "pdf_spool.hpp"

#include <algorithm>
#include <cstring>

#include "reportctl/base/error.hpp"

namespace reportctl::render {

void Spool::add(const PrintedCell& cell) {
  const Head head{static_cast<std::uint32_t>(cell.text.size()), cell.is_cut ? 1U : 0U, cell.width, cell.height};
  pending_.append(reinterpret_cast<const char*>(&head), sizeof head);
  pending_.append(cell.text);
  if (pending_.size() < kChunk) return;
  if (!file_) file_.emplace(TempFile::create(directory_));
  file_->write(pending_);
  pending_.clear();
}

void SpoolReader::need(std::size_t size) {
  if (buffer_.size() - at_ >= size) return;
  buffer_.erase(0, at_);
  at_ = 0;
  const std::uint64_t stored = spool_.file_ ? spool_.file_->size() : 0;
  while (buffer_.size() < size) {
    if (read_ >= stored) {
      const std::string_view rest = std::string_view(spool_.pending_).substr(static_cast<std::size_t>(read_ - stored));
      if (rest.empty()) throw Error(ErrorKind::failed, "a temporary file of the PDF is shorter than what was written to it");
      buffer_ += rest.substr(0, Spool::kChunk);
      read_ += std::min(rest.size(), Spool::kChunk);
      continue;
    }
    const std::size_t before = buffer_.size();
    buffer_.resize(before + static_cast<std::size_t>(std::min<std::uint64_t>(Spool::kChunk, stored - read_)));
    const std::size_t count = spool_.file_->read_at(read_, buffer_.data() + before, buffer_.size() - before);
    if (count == 0) throw Error(ErrorKind::failed, "a temporary file of the PDF is shorter than what was written to it");
    buffer_.resize(before + count);
    read_ += count;
  }
}

const std::vector<PrintedCell>& SpoolReader::next() {
  // Offsets first: the buffer may move while the row is not all there.
  std::size_t offset = 0;
  for (Spool::Head& head : heads_) {
    need(offset + sizeof head);
    std::memcpy(&head, buffer_.data() + at_ + offset, sizeof head);
    offset += sizeof head + head.size;
  }
  need(offset);
  for (std::size_t i = 0; i < heads_.size(); ++i) {
    at_ += sizeof(Spool::Head);
    cells_[i] = {std::string_view(buffer_).substr(at_, heads_[i].size), heads_[i].width, heads_[i].height, heads_[i].is_cut != 0};
    at_ += heads_[i].size;
  }
  return cells_;
}

}  // namespace reportctl::render
