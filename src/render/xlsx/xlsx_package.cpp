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

constexpr std::size_t kPiece = std::size_t{256} << 10U;

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

struct Part {
  std::string name;
  std::uint64_t packed = 0;
  std::uint64_t unpacked = 0;
  std::uint64_t header = 0;  ///< offset of its local header
};

/// The list at the end of a zip file; its record has no comment, since libxlsxwriter writes none.
std::vector<Part> read_parts(const TempFile& file, std::uint64_t size) {
  constexpr std::size_t kEndRecord = 22;
  constexpr std::size_t kEntry = 46;
  if (size < kEndRecord) fail_incomplete("it is empty");
  const std::string end = read_exactly(file, size - kEndRecord, kEndRecord);
  if (number_at(end, 0, 4) != 0x06054B50) fail_incomplete("its list of parts is missing");
  const std::string list = read_exactly(file, number_at(end, 16, 4), number_at(end, 12, 4));
  std::vector<Part> parts;
  std::size_t at = 0;
  for (std::uint32_t left = number_at(end, 10, 2); left > 0; --left) {
    if (at + kEntry > list.size()) fail_incomplete("its list of parts is cut");
    const std::size_t name_size = number_at(list, at + 28, 2);
    parts.push_back({list.substr(at + kEntry, name_size), number_at(list, at + 20, 4), number_at(list, at + 24, 4),
                     number_at(list, at + 42, 4)});
    at += kEntry + name_size + number_at(list, at + 30, 2) + number_at(list, at + 32, 2);
  }
  return parts;
}

/// The first and last bytes of a part and its size, unpacked.
struct Ends {
  std::string first;
  std::string last;
  std::uint64_t size = 0;
};

class Unpacker {
 public:
  Unpacker() {
    if (zlib().inflateInit2_(&stream_, -MAX_WBITS, ZLIB_VERSION, sizeof stream_) != Z_OK)
      throw Error(ErrorKind::failed, "zlib cannot be started");
  }
  ~Unpacker() { zlib().inflateEnd(&stream_); }
  Unpacker(const Unpacker&) = delete;
  Unpacker& operator=(const Unpacker&) = delete;

  Ends unpack(const TempFile& file, const Part& part) {
    constexpr std::size_t kLocalHeader = 30;
    const std::string header = read_exactly(file, part.header, kLocalHeader);
    std::uint64_t offset = part.header + kLocalHeader + number_at(header, 26, 2) + number_at(header, 28, 2);
    Ends ends;
    int state = Z_OK;
    for (std::uint64_t left = part.packed; left > 0 && state == Z_OK;) {
      const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(left, kPiece));
      const std::string packed = read_exactly(file, offset, size);
      offset += size;
      left -= size;
      stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
      stream_.avail_in = static_cast<uInt>(packed.size());
      do {
        stream_.next_out = reinterpret_cast<Bytef*>(unpacked_.data());
        stream_.avail_out = static_cast<uInt>(unpacked_.size());
        state = zlib().inflate(&stream_, Z_NO_FLUSH);
        note(ends, {unpacked_.data(), unpacked_.size() - stream_.avail_out});
      } while (state == Z_OK && stream_.avail_out == 0);
      if (state == Z_BUF_ERROR) state = Z_OK;  // it wants more, and gets it in the next round
    }
    if (state != Z_STREAM_END || ends.size != part.unpacked) fail_incomplete(part.name + " does not unpack");
    return ends;
  }

 private:
  static constexpr std::size_t kEnd = 1024;
  static void note(Ends& ends, std::string_view piece) {
    ends.size += piece.size();
    if (ends.first.size() < kEnd) ends.first += piece.substr(0, kEnd - ends.first.size());
    ends.last += piece.substr(piece.size() - std::min(piece.size(), kEnd));
    if (ends.last.size() > kEnd) ends.last.erase(0, ends.last.size() - kEnd);
  }

  z_stream stream_{};
  std::string unpacked_ = std::string(kPiece, '\0');
};

/// `</worksheet>` for `<?xml …?>\n<worksheet …`.
std::string closing_tag(std::string_view first) {
  const auto begin = first.find('<', first.find("?>"));
  if (begin == std::string_view::npos) return "?";
  return fmt::format("</{}>", first.substr(begin + 1, first.find_first_of(" >", begin) - begin - 1));
}

}  // namespace

void check_package(const TempFile& file, const std::map<std::string, std::uint64_t>& least_sizes) {
  std::uint64_t size = 0;
  if (const auto end = ::lseek(file.fd(), 0, SEEK_END); end > 0) size = static_cast<std::uint64_t>(end);
  std::size_t found = 0;
  for (const Part& part : read_parts(file, size)) {
    const Ends ends = Unpacker().unpack(file, part);
    std::string_view last = ends.last;
    while (last.ends_with('\n')) last.remove_suffix(1);
    if (!last.ends_with(closing_tag(ends.first))) fail_incomplete(part.name + " is cut");
    const auto least = least_sizes.find(part.name);
    if (least == least_sizes.end()) continue;
    ++found;
    if (ends.size < least->second) fail_incomplete(part.name + " has a hole");
  }
  if (found != least_sizes.size()) fail_incomplete("a sheet is missing");
}

void copy_to(const TempFile& file, Sink& sink) {
  std::string piece(kPiece, '\0');
  for (std::uint64_t offset = 0;;) {
    const std::size_t got = file.read_at(offset, piece.data(), piece.size());
    if (got == 0) return;
    sink.write({piece.data(), got});
    offset += got;
  }
}

}  // namespace reportctl::render
