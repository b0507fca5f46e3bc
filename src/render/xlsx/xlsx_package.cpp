// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "xlsx_package.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "reportctl/base/error.hpp"
#include "xlsx_api.hpp"

namespace reportctl::render {
namespace {

constexpr std::size_t kUnpackedPiece = std::size_t{256} << 10U;

[[noreturn]] void fail_incomplete(const std::string& what) {
  throw Error(ErrorKind::output, fmt::format("the XLSX file came out incomplete ({})", what),
              "the disk for temporary files was probably full: free some space there, or set TMPDIR to another one");
}

/// All of a range of the file.
std::string read_exactly(const TempFile& file, std::uint64_t offset, std::size_t size) {
  std::string bytes(size, '\0');
  for (std::size_t done = 0; done < size;) {
    const std::size_t got = file.read_at(offset + done, bytes.data() + done, size - done);
    if (got == 0) fail_incomplete("it ends too early");
    done += got;
  }
  return bytes;
}

std::uint32_t number_at(std::string_view bytes, std::size_t at, int size) {
  std::uint32_t number = 0;
  for (int i = size - 1; i >= 0; --i)
    number = number << 8U | static_cast<unsigned char>(bytes.at(at + static_cast<std::size_t>(i)));
  return number;
}

/// Gives a part to `note` in pieces, unpacked; returns how many bytes it had.
template <typename Note>
std::uint64_t unpack(const TempFile& file, const ZipPart& part, std::uint64_t offset, Note note) {
  struct Inflate {
    Inflate() {
      if (zlib().inflateInit2_(&stream, -MAX_WBITS, ZLIB_VERSION, sizeof stream) != Z_OK)
        throw Error(ErrorKind::failed, "zlib cannot be started");
    }
    ~Inflate() { zlib().inflateEnd(&stream); }
    Inflate(const Inflate&) = delete;
    Inflate& operator=(const Inflate&) = delete;
    z_stream stream{};
  } inflate;
  z_stream& stream = inflate.stream;
  std::string unpacked(kUnpackedPiece, '\0');
  std::uint64_t size = 0;
  int state = Z_OK;
  for (std::uint64_t left = part.packed; left > 0 && state == Z_OK;) {
    const auto piece = static_cast<std::size_t>(std::min<std::uint64_t>(left, kUnpackedPiece));
    const std::string packed = read_exactly(file, offset, piece);
    offset += piece;
    left -= piece;
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
    stream.avail_in = static_cast<uInt>(packed.size());
    do {
      stream.next_out = reinterpret_cast<Bytef*>(unpacked.data());
      stream.avail_out = static_cast<uInt>(unpacked.size());
      state = zlib().inflate(&stream, Z_NO_FLUSH);
      const std::string_view got(unpacked.data(), unpacked.size() - stream.avail_out);
      size += got.size();
      note(got);
    } while (state == Z_OK && stream.avail_out == 0);
    if (state == Z_BUF_ERROR) state = Z_OK;  // it wants more, and gets it in the next round
  }
  if (state != Z_STREAM_END || size != part.unpacked) fail_incomplete(part.name + " does not unpack");
  return size;
}

/// The first and last bytes of a part.
struct Ends {
  static constexpr std::size_t kEnd = 1024;
  std::string first;
  std::string last;
  void note(std::string_view piece) {
    if (first.size() < kEnd) first += piece.substr(0, kEnd - first.size());
    last += piece.substr(piece.size() - std::min(piece.size(), kEnd));
    if (last.size() > kEnd) last.erase(0, last.size() - kEnd);
  }
};

/// `</worksheet>` for `<?xml …?>\n<worksheet …`.
std::string closing_tag(std::string_view first) {
  const auto begin = first.find('<', first.find("?>"));
  if (begin == std::string_view::npos) return "?";
  return fmt::format("</{}>", first.substr(begin + 1, first.find_first_of(" >", begin) - begin - 1));
}

std::string little(std::uint64_t number, int size) {
  std::string bytes;
  for (int i = 0; i < size; ++i, number >>= 8U) bytes += static_cast<char>(number & 0xFFU);
  return bytes;
}

/// What both headers of a part have: version 2.0, no flags, deflated, 1980-01-01 00:00.
std::string zip_facts(const ZipPart& part) {
  constexpr std::uint64_t kVersion = 20;
  constexpr std::uint64_t kDeflated = 8;
  constexpr std::uint64_t kZipFirstDay = 0x21;
  return little(kVersion, 2) + little(0, 2) + little(kDeflated, 2) + little(0, 2) + little(kZipFirstDay, 2) +
         little(part.crc, 4) + little(part.packed, 4) + little(part.unpacked, 4) + little(part.name.size(), 2) + little(0, 2);
}

}  // namespace

XlsxPackage::XlsxPackage(const TempFile& file, const std::map<std::string, std::uint64_t>& least_sizes) : file_(file) {
  read_list();
  std::size_t found = 0;
  for (const auto& [part, offset] : parts_) {
    Ends ends;
    const std::uint64_t size = unpack(file_, part, offset, [&](std::string_view piece) { ends.note(piece); });
    std::string_view last = ends.last;
    while (last.ends_with('\n')) last.remove_suffix(1);
    if (!last.ends_with(closing_tag(ends.first))) fail_incomplete(part.name + " is cut");
    const auto least = least_sizes.find(part.name);
    if (least == least_sizes.end()) continue;
    ++found;
    if (size < least->second) fail_incomplete(part.name + " has a hole");
  }
  if (found != least_sizes.size()) fail_incomplete("a sheet is missing");
}

/// The list at the end of a zip file; its record has no comment, since libxlsxwriter writes none.
void XlsxPackage::read_list() {
  constexpr std::size_t kEndRecord = 22;
  constexpr std::size_t kEntry = 46;
  constexpr std::size_t kLocalHeader = 30;
  std::uint64_t size = 0;
  if (const auto end = ::lseek(file_.fd(), 0, SEEK_END); end > 0) size = static_cast<std::uint64_t>(end);
  if (size < kEndRecord) fail_incomplete("it is empty");
  const std::string end = read_exactly(file_, size - kEndRecord, kEndRecord);
  if (number_at(end, 0, 4) != 0x06054B50) fail_incomplete("its list of parts is missing");
  const std::string list = read_exactly(file_, number_at(end, 16, 4), number_at(end, 12, 4));
  std::size_t at = 0;
  for (std::uint32_t left = number_at(end, 10, 2); left > 0; --left) {
    if (at + kEntry > list.size()) fail_incomplete("its list of parts is cut");
    const std::size_t name_size = number_at(list, at + 28, 2);
    const std::uint64_t local = number_at(list, at + 42, 4);
    const std::string header = read_exactly(file_, local, kLocalHeader);
    parts_.push_back({{.name = list.substr(at + kEntry, name_size),
                       .packed = number_at(list, at + 20, 4),
                       .unpacked = number_at(list, at + 24, 4),
                       .crc = number_at(list, at + 16, 4)},
                      local + kLocalHeader + number_at(header, 26, 2) + number_at(header, 28, 2)});
    at += kEntry + name_size + number_at(list, at + 30, 2) + number_at(list, at + 32, 2);
  }
}

void XlsxPackage::copy(std::size_t index, Sink& sink) const {
  const auto& [part, offset] = parts_.at(index);
  if (!copy_range(file_, offset, part.packed, sink)) fail_incomplete(part.name + " is cut");
}

std::string XlsxPackage::text(std::size_t index) const {
  const auto& [part, offset] = parts_.at(index);
  std::string text;
  unpack(file_, part, offset, [&](std::string_view piece) { text += piece; });
  return text;
}

bool ZipFile::begin(const ZipPart& part) {
  constexpr std::uint64_t kEntries = 1U << 20U;  // more than the list of parts takes
  const std::string header = "PK\3\4" + zip_facts(part) + part.name;
  if (part.unpacked > kMost || size_ + header.size() + part.packed + kEntries > kMost) return false;
  list_ += "PK\1\2" + little(20, 2) + zip_facts(part) + little(0, 2) + little(0, 2) + little(0, 2) + little(0, 4) +
           little(size_, 4) + part.name;
  sink_.write(header);
  size_ += header.size() + part.packed;
  ++parts_;
  return true;
}

void ZipFile::finish() {
  sink_.write(list_ + "PK\5\6" + little(0, 4) + little(parts_, 2) + little(parts_, 2) + little(list_.size(), 4) +
              little(size_, 4) + little(0, 2));
}

bool copy_range(const TempFile& file, std::uint64_t offset, std::uint64_t size, Sink& sink) {
  std::string piece(kUnpackedPiece, '\0');
  while (size > 0) {
    const std::size_t got = file.read_at(offset, piece.data(), std::min<std::uint64_t>(size, piece.size()));
    if (got == 0) return false;
    sink.write({piece.data(), got});
    offset += got;
    size -= got;
  }
  return true;
}

}  // namespace reportctl::render
