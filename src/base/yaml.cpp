// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/base/yaml.hpp"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <sstream>
#include <unordered_map>

#include "reportctl/base/error.hpp"
#include "reportctl/base/stop.hpp"
#include "reportctl/base/text.hpp"
#include "yaml_problems.hpp"

namespace reportctl::yaml {

namespace {

constexpr std::size_t kLargestFile = 1U << 20U;
constexpr std::size_t kDeepest = 64;

struct Place {
  int line = 1;
  int column = 1;
};

/// Ends the parsing from inside an event; what happened is in the problems by then.
struct Stop {};

int characters(std::string_view text) {
  const auto is_start = [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80; };
  return static_cast<int>(std::count_if(text.begin(), text.end(), is_start));
}

/// Lines and characters (not bytes) of a text, from 1.
Place place_of(std::string_view text, std::size_t offset) {
  const std::string_view before = text.substr(0, offset);
  const std::size_t line_start = before.rfind('\n') + 1;  // npos + 1 is 0
  return {1 + static_cast<int>(std::count(before.begin(), before.end(), '\n')), 1 + characters(before.substr(line_start))};
}

/// Builds the tree from the parser's events, so that everything a node tree hides (duplicates, aliases, tags) is seen with its
/// place.
class TreeBuilder final : public YAML::EventHandler {
 public:
  TreeBuilder(std::string_view text, Document& document) : text_(text), document_(document) { find_lines(); }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (++documents_ == 1) return;
    const Place place = where(mark);
    const bool marked = line_text(place.line).starts_with("---");
    report(place, marked ? "a second document is not allowed" : "text after the end of the document");
    throw Stop{};
  }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    refuse_anchor(mark, anchor);
    add(make(Node::Kind::null, mark));
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    report(where(mark), "aliases (*name) are not allowed");
    add(make(Node::Kind::null, mark));
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, const std::string& value) override {
    refuse_anchor(mark, anchor);
    // The parser's own tags: "?" for a plain scalar, "!" for one in quotes or a block. A "!" that was written looks the same, but
    // starts the node.
    const bool written = tag != "?" && (tag != "!" || byte_at(mark) == '!');
    if (written) report(where(mark), "tags (!name) are not allowed");
    if (tag == "!" && !is_closed(mark)) {
      report(where(mark), "the quote is never closed");
      throw Stop{};
    }
    if (value.find('\0') != std::string::npos) report(where(mark), "a NUL character is not allowed");
    // The parser makes single bytes of them.
    if (!is_valid_utf8(value)) report(where(mark), "the escapes \\N and \\_ are not known; write \\u0085 and \\u00A0");
    Node node = make(Node::Kind::scalar, mark);
    node.text = value;
    node.quoted = tag == "!";
    add(std::move(node));
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(Node::Kind::sequence, mark, tag, anchor);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, YAML::EmitterStyle::value) override {
    open(Node::Kind::map, mark, tag, anchor);
  }
  void OnMapEnd() override { close(); }

  void report(Place place, std::string_view message) {
    document_.problems.push_back({document_.file, place.line, place.column, visible(message)});
    if (document_.problems.size() >= kMostProblems) throw Stop{};
  }
  /// The parser counts bytes; people count characters.
  [[nodiscard]] Place where(const YAML::Mark& mark) const {
    if (mark.is_null()) return {};
    const std::string_view line = line_text(mark.line + 1);
    const auto bytes = std::min(line.size(), static_cast<std::size_t>(std::max(0, mark.column)));
    // Events come in the order of the text: a long line is counted once, not once an event.
    if (counted_.line != mark.line || counted_.bytes > bytes) counted_ = {mark.line, 0, 1};
    counted_.column += characters(line.substr(counted_.bytes, bytes - counted_.bytes));
    counted_.bytes = bytes;
    return {mark.line + 1, counted_.column};
  }

 private:
  /// An unfinished sequence or map.
  struct Frame {
    Node node;
    Node key;  ///< map: the key that waits for its value
    bool has_key = false;
    bool key_is_good = false;                      ///< false: the entry is left out
    std::unordered_map<std::string, int> lines{};  ///< map: where each key was first seen
  };

  void find_lines() {
    for (std::size_t at = 0; at <= text_.size(); ++at) {
      line_starts_.push_back(at);
      at = std::min(text_.find('\n', at), text_.size());
    }
  }
  [[nodiscard]] std::string_view line_text(int line) const {
    const auto index = static_cast<std::size_t>(line - 1);
    if (index >= line_starts_.size()) return {};
    const std::string_view rest = text_.substr(line_starts_[index]);
    return rest.substr(0, rest.find('\n'));
  }
  [[nodiscard]] char byte_at(const YAML::Mark& mark) const {
    const std::string_view line = line_text(mark.line + 1);
    const auto column = static_cast<std::size_t>(std::max(0, mark.column));
    return column < line.size() ? line[column] : '\0';
  }
  /// The parser takes the end of the file for the end of a quoted scalar.
  [[nodiscard]] bool is_closed(const YAML::Mark& mark) const {
    const char quote = byte_at(mark);
    if (quote != '\'' && quote != '"') return true;
    for (std::size_t i = line_starts_[static_cast<std::size_t>(mark.line)] + static_cast<std::size_t>(mark.column) + 1;
         i < text_.size(); ++i) {
      if (quote == '"' && text_[i] == '\\') {
        ++i;
      } else if (text_[i] == quote) {
        if (quote == '"' || i + 1 == text_.size() || text_[i + 1] != quote) return true;
        ++i;
      }
    }
    return false;
  }
  [[nodiscard]] Node make(Node::Kind kind, const YAML::Mark& mark) const {
    const Place place = where(mark);
    Node node;
    node.kind = kind;
    node.line = place.line;
    node.column = place.column;
    return node;
  }
  void refuse_anchor(const YAML::Mark& mark, YAML::anchor_t anchor) {
    if (anchor != 0) report(where(mark), "anchors (&name) are not allowed");
  }
  void open(Node::Kind kind, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
    refuse_anchor(mark, anchor);
    if (tag != "?" && !tag.empty()) report(where(mark), "tags (!name) are not allowed");
    if (frames_.size() >= kDeepest) {
      report(where(mark), fmt::format("more than {} levels deep", kDeepest));
      throw Stop{};
    }
    frames_.push_back({make(kind, mark), {}, false, false, {}});
  }
  void close() {
    Node node = std::move(frames_.back().node);
    frames_.pop_back();
    add(std::move(node));
  }
  void add(Node node) {
    throw_if_stopped();
    if (frames_.empty()) {
      document_.root = std::move(node);
      return;
    }
    Frame& frame = frames_.back();
    if (frame.node.kind == Node::Kind::sequence) {
      frame.node.items.push_back(std::move(node));
    } else if (!frame.has_key) {
      frame.has_key = true;
      frame.key_is_good = check_key(frame, node);
      frame.key = std::move(node);
    } else {
      frame.has_key = false;
      if (node.kind == Node::Kind::null) {  // the parser puts an absent value wherever it noticed the absence
        node.line = frame.key.line;
        node.column = frame.key.column;
      }
      if (frame.key_is_good) frame.node.entries.emplace_back(std::move(frame.key), std::move(node));
    }
  }
  bool check_key(Frame& frame, const Node& key) {
    const Place place{key.line, key.column};
    if (key.kind != Node::Kind::scalar) {
      report(place, "a key must be a word (put null and ~ in quotes)");
      return false;
    }
    const auto [first, is_new] = frame.lines.emplace(key.text, key.line);
    if (!is_new) report(place, fmt::format("duplicate key {} (first in line {})", shown_key(key.text), first->second));
    return is_new;
  }

  std::string_view text_;
  Document& document_;
  std::vector<std::size_t> line_starts_;
  std::vector<Frame> frames_;
  int documents_ = 0;
  struct Counted {
    int line = -1;
    std::size_t bytes = 0;
    int column = 1;
  };
  mutable Counted counted_;
};

/// What the parser would not see, or would get wrong: it stops silently at U+0004.
std::optional<Problem> find_bad_byte(std::string_view text, const std::string& file) {
  const auto at = [&](std::size_t offset, std::string message) {
    const Place place = place_of(text, offset);
    return Problem{file, place.line, place.column, std::move(message)};
  };
  if (text.size() > kLargestFile) return Problem{file, 1, 1, fmt::format("larger than {} bytes", kLargestFile)};
  if (!is_valid_utf8(text)) {
    std::size_t good = 0;
    std::size_t bad = text.size();
    while (bad - good > 1) {  // longest valid prefix, up to a character cut in two at its end
      const std::size_t middle = good + (bad - good) / 2;
      std::size_t cut = middle;
      while (cut > good && (static_cast<unsigned char>(text[cut]) & 0xC0U) == 0x80) --cut;
      if (cut == good) break;
      (is_valid_utf8(text.substr(good, cut - good)) ? good : bad) = cut;
    }
    while (good < text.size() && static_cast<unsigned char>(text[good]) < 0x80) ++good;
    return at(good, "not valid UTF-8");
  }
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\t' || c == '\n' || c == '\r') continue;
    if (has_control({&c, 1})) return at(i, c == '\0' ? "a NUL character is not allowed" : "a control character is not allowed");
  }
  return std::nullopt;
}

}  // namespace

std::string shown_key(std::string_view key) {
  if (key.find_first_of(":@=") != std::string_view::npos) return "(not shown: it looks like a url)";
  return fmt::format("\"{}\"", visible(key));
}

std::string Problem::str() const { return fmt::format("{}:{}:{}: {}", visible(file), line, column, message); }

Node::Node() = default;
Node::Node(const Node&) = default;
Node::Node(Node&&) noexcept = default;
Node& Node::operator=(const Node&) = default;
Node& Node::operator=(Node&&) noexcept = default;
Node::~Node() = default;

const Node* Node::find(std::string_view key) const {
  for (const auto& [name, value] : entries)
    if (name.text == key) return &value;
  return nullptr;
}

Document parse(std::string_view text, std::string file) {
  Document document{std::move(file), {}, {}};
  document.root.line = 1;
  document.root.column = 1;
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  if (auto bad = find_bad_byte(text, document.file)) {
    document.problems.push_back(std::move(*bad));
    return document;
  }
  TreeBuilder builder(text, document);
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    if (parser.HandleNextDocument(builder)) parser.HandleNextDocument(builder);
  } catch (const Stop&) {
    return document;
  } catch (const Error&) {  // a stop was requested
    throw;
  } catch (const YAML::Exception& error) {
    const Place place = builder.where(error.mark);
    document.problems.push_back({document.file, place.line, place.column, visible(error.msg)});
  } catch (const std::exception& error) {
    document.problems.push_back({document.file, 1, 1, visible(error.what())});
  }
  return document;
}

std::string describe(const Problems& problems) {
  std::vector<std::string> lines;
  lines.reserve(problems.size());
  for (const Problem& problem : problems) lines.push_back(problem.str());
  return join(lines, "\n");
}

}  // namespace reportctl::yaml
