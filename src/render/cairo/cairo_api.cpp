// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "cairo_api.hpp"

#include <stdlib.h>
#include <unistd.h>

#include <filesystem>
#include <optional>
#include <string>

#include "reportctl/base/error.hpp"

namespace reportctl::render {
namespace {

/// Fontconfig reads the font directories whose caches are missing and keeps what it found; where it can keep that nowhere (a
/// service user without a home), it complains on stderr. While it starts, such a user gets a directory of its own for that.
class FontCacheForTheHomeless {
 public:
  FontCacheForTheHomeless() {
    if (can_keep()) return;
    std::error_code ignored;
    std::string name = (std::filesystem::temp_directory_path(ignored) / "reportctl-fonts-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) return;
    directory_ = name;
    if (const char* before = ::getenv("XDG_CACHE_HOME")) before_ = before;
    ::setenv("XDG_CACHE_HOME", name.c_str(), 1);
  }
  FontCacheForTheHomeless(const FontCacheForTheHomeless&) = delete;
  FontCacheForTheHomeless& operator=(const FontCacheForTheHomeless&) = delete;
  ~FontCacheForTheHomeless() {
    if (directory_.empty()) return;
    if (before_)
      ::setenv("XDG_CACHE_HOME", before_->c_str(), 1);
    else
      ::unsetenv("XDG_CACHE_HOME");
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
  }

 private:
  static bool is_writable(const std::filesystem::path& path) { return ::access(path.c_str(), W_OK | X_OK) == 0; }
  static bool can_keep() {
    if (is_writable("/var/cache/fontconfig")) return true;
    if (const char* cache = ::getenv("XDG_CACHE_HOME"); cache != nullptr && *cache != '\0') return is_writable(cache);
    const char* home = ::getenv("HOME");
    if (home == nullptr || *home == '\0') return false;
    const std::filesystem::path cache = std::filesystem::path(home) / ".cache";
    std::error_code ignored;
    return is_writable(std::filesystem::exists(cache, ignored) ? cache : std::filesystem::path(home));
  }

  std::string directory_;
  std::optional<std::string> before_;
};

}  // namespace

Cairo::Cairo() {
  const FontCacheForTheHomeless cache;
  FcConfig* config = FcConfigGetCurrent();
  const FcFontSet* fonts = config == nullptr ? nullptr : FcConfigGetFonts(config, FcSetSystem);
  if (fonts == nullptr || fonts->nfont == 0)  // Pango would end the process
    throw Error(ErrorKind::failed, "there is no font on this machine: PDF files and charts cannot be drawn",
                "install the Debian package fonts-noto-core (or fonts-dejavu-core)");
}

const Cairo& cairo() {
  static const Cairo library;
  return library;
}

}  // namespace reportctl::render
