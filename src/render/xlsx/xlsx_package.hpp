// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "reportctl/base/file.hpp"
#include "reportctl/base/sink.hpp"

namespace reportctl::render {

struct ZipPart {
  std::string name;
  std::uint64_t packed = 0;
  std::uint64_t unpacked = 0;
  std::uint32_t crc = 0;
};

/// A workbook as libxlsxwriter has written it. It does not look whether its temporary files took all that it wrote into them: on
/// a full disk it makes a valid zip of half a sheet. So every part must unpack, be XML to its last tag, and be no smaller than
/// what is known to have gone into it. Error(output) otherwise.
class XlsxPackage {
 public:
  XlsxPackage(const TempFile& file, const std::map<std::string, std::uint64_t>& least_sizes);
  [[nodiscard]] std::size_t parts() const { return parts_.size(); }
  [[nodiscard]] const ZipPart& part(std::size_t index) const { return parts_.at(index).part; }
  /// The part's bytes, as they are packed.
  void copy(std::size_t index, Sink&) const;
  /// The part, unpacked.
  [[nodiscard]] std::string text(std::size_t index) const;

 private:
  struct Place {
    ZipPart part;
    std::uint64_t offset = 0;  ///< of its bytes
  };
  void read_list();
  const TempFile& file_;
  std::vector<Place> parts_;
};

/// Writes a zip file of parts that are packed already, without a clock.
class ZipFile {
 public:
  static constexpr std::uint64_t kMost = 0xFFFF'FFFF;  ///< bytes; the extension for more is unknown to some readers
  explicit ZipFile(Sink& sink) : sink_(sink) {}
  /// Then its bytes are to be written into the sink. False: the file would become too large.
  [[nodiscard]] bool begin(const ZipPart&);
  void finish();

 private:
  Sink& sink_;
  std::uint64_t size_ = 0;
  std::string list_;
  std::uint16_t parts_ = 0;
};

/// Copies a range of a file in pieces; false: it ends too early.
bool copy_range(const TempFile& file, std::uint64_t offset, std::uint64_t size, Sink& sink);

}  // namespace reportctl::render
