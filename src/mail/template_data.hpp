// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <cstddef>
#include <kainjow/mustache.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "reportctl/mail/templates.hpp"

namespace reportctl::mail {

namespace mustache = kainjow::mustache;

constexpr std::size_t kLongName = 160;
constexpr std::size_t kLongSentence = 1200;

enum class Escaping { html, none };
/// A file of share/templates with these values.
std::string render(std::string_view name, const mustache::data&, Escaping);

/// One line, valid UTF-8, nothing that a terminal or a mail reader would obey, and not a page of it.
std::string shown(std::string_view text, std::size_t longest = kLongName);

/// An empty text is absent, so that its section is left out.
void set_text(mustache::data& data, const char* key, const std::string& text, std::size_t longest = kLongName);
/// As set_text(), and as `<key>_lines` for the text part.
void set_sentence(mustache::data& data, const std::string& key, const std::string& text);
/// The lines of a text, as the list `<key>`, with `has_<key>`, and as `<key>_lines` for the text part.
void set_lines(mustache::data& data, const std::string& key, const std::string& text);

using Pairs = std::vector<std::pair<std::string, std::string>>;
mustache::data table(const Pairs& pairs);
void set_table(mustache::data& data, const std::string& key, const Pairs& pairs);
struct FileLine {
  std::string before;  ///< `Attached:`
  std::string name;
  std::string details;
};
/// The file's name in pieces that may stand on lines of their own, and the line of the text part.
void set_file(mustache::data&, const FileLine&);
void set_figures(mustache::data& data, const std::vector<Figure>& figures);
enum class Whole { attached, linked, nowhere };  ///< where the whole file is
void set_first_rows(mustache::data& data, const FirstRows& table, Whole whole, const Language& words);
/// Each word without values as `{{say.KEY}}`.
void set_words(mustache::data& data, const Language& words);

struct PictureName {
  const char* role;  ///< `logo`, `chart`
  const std::string& run_id;
  PictureLinks links;
};
void set_picture(mustache::data& data, const Picture& picture, const PictureName& name);

}  // namespace reportctl::mail
