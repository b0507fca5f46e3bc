// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <array>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "reportctl/base/file.hpp"
#include "reportctl/base/sink.hpp"

namespace reportctl::render {

/// Bytes that were packed, as one part of a zip file or as a piece of it.
struct Packed {
  std::uint64_t offset = 0;    ///< in the file of the packer
  std::uint64_t packed = 0;    ///< bytes there
  std::uint64_t unpacked = 0;  ///< bytes that they stand for
  std::uint32_t crc = 0;       ///< of the unpacked ones
};

enum class PackEnd {
  open,  ///< a byte's end at which another stream may go on
  last
};
/// Raw deflate of a text; pieces that end open may be put one behind the other.
std::string pack(std::string_view text, PackEnd);
/// The CRC of one text followed by another.
std::uint32_t crc_of(std::string_view text);
std::uint32_t joined_crc(std::uint32_t first, std::uint32_t second, std::uint64_t second_size);

class XlsxDeflate;

/// Packs sheets one after another into a nameless file, on a thread of its own while the next rows are read; where none can be
/// had it packs in between. One caller: it fills piece() and hands it over.
class XlsxPacker {
 public:
  static constexpr std::size_t kPiece = std::size_t{256} << 10U;
  explicit XlsxPacker(const std::filesystem::path& directory);
  ~XlsxPacker();
  XlsxPacker(const XlsxPacker&) = delete;
  XlsxPacker& operator=(const XlsxPacker&) = delete;

  /// kPiece bytes for the caller, until they are handed over.
  char* piece() { return pieces_[given_ % kPieces].bytes.get(); }
  /// Takes the first bytes of piece(). Throws what packing earlier ones threw.
  void take(std::size_t size) { give(size, false); }
  void end_sheet() { give(0, true); }
  /// All sheets, when they are packed.
  const std::vector<Packed>& finish();
  [[nodiscard]] const TempFile& file() const { return file_; }

 private:
  static constexpr std::size_t kPieces = 4;
  enum class Wish { work, finish, stop };
  struct Piece {
    std::unique_ptr<char[]> bytes{new char[kPiece]};
    std::size_t size = 0;
    bool ends_sheet = false;
  };
  void give(std::size_t size, bool ends_sheet);
  void pack_piece(const Piece&);
  void work();
  void end_work(Wish);
  void rethrow() const {
    if (error_ != nullptr) std::rethrow_exception(error_);
  }

  TempFile file_;
  std::unique_ptr<XlsxDeflate> deflate_;
  Packed sheet_;
  std::vector<Packed> sheets_;
  std::array<Piece, kPieces> pieces_;
  std::mutex mutex_;  ///< over what follows, while the thread runs
  std::condition_variable changed_;
  std::uint64_t given_ = 0;
  std::uint64_t packed_ = 0;
  Wish wish_ = Wish::work;
  std::exception_ptr error_;
  std::thread thread_;
};

}  // namespace reportctl::render
