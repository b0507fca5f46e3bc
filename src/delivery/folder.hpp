// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "reportctl/delivery/destination.hpp"

namespace reportctl::delivery {

/// How the name ends under which a file is written before it gets its own.
inline constexpr std::string_view kBeside = ".part";

/// What a place with directories has to do for a destination. Paths are plain and below it. Everything may throw Error: config
/// where a person has set something up wrongly.
class Folder {
 public:
  virtual ~Folder() = default;
  [[nodiscard]] virtual std::string describe() const = 0;
  /// Reaches the folder itself.
  virtual void look() = 0;
  virtual bool has(const std::string& path) = 0;
  /// The whole file, in directories that are made where they are missing; what is there of an attempt before is replaced.
  virtual void write(const std::string& path, const Parcel&) = 0;
  /// Never replaces anything, as far as the place can do that. An Error may come of a lost answer.
  virtual void rename(const std::string& from, const std::string& to) = 0;
  virtual void remove(const std::string& path) = 0;
};

std::unique_ptr<Folder> make_file_folder(const DestinationSettings&);
std::unique_ptr<Folder> make_sftp_folder(const DestinationSettings&);

}  // namespace reportctl::delivery
