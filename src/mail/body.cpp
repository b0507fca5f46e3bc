// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <deque>
#include <utility>
#include <vector>

#include "file_stream.hpp"
#include "gmime_api.hpp"
#include "quoted_printable.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/base/hash.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/mail/message.hpp"
#include "sink_stream.hpp"

namespace reportctl::mail {

namespace {

// `=_` can stand neither in quoted-printable nor in base64, so no content can hold a boundary.
std::string boundary(const std::string& seed, std::string_view role) {
  return fmt::format("=_{}", sha256_hex(fmt::format("{}:{}", seed, role)).substr(0, 32));
}

// Quoted-printable's lines are the text's lines: LF only, and the last one ended.
std::string text_lines(std::string_view text) {
  std::string lines = repair_utf8(text);
  std::size_t out = 0;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const bool carriage_return = lines[i] == '\r';
    if (carriage_return && i + 1 < lines.size() && lines[i + 1] == '\n') continue;
    lines[out++] = carriage_return ? '\n' : lines[i];
  }
  lines.resize(out);
  if (!lines.ends_with('\n')) lines.push_back('\n');
  return lines;
}

GmimePtr<GMimeObject> text_part(const char* subtype, std::string_view text) {
  const Gmime& api = gmime();
  std::string encoded;
  QuotedPrintable encoder(QuotedPrintable::Kind::text);
  encoder.append(text_lines(text), encoded);
  encoder.finish(encoded);
  GmimePtr<GMimePart> part(api.g_mime_part_new_with_type("text", subtype));
  api.g_mime_object_set_content_type_parameter(GMIME_OBJECT(part.get()), "charset", "utf-8");
  api.g_mime_part_set_content_encoding(part.get(), GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE);
  const GmimePtr<GMimeStream> stream(api.g_mime_stream_mem_new_with_buffer(encoded.data(), encoded.size()));
  const GmimePtr<GMimeDataWrapper> content(
      api.g_mime_data_wrapper_new_with_stream(stream.get(), GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE));
  api.g_mime_part_set_content(part.get(), content.get());
  return GmimePtr<GMimeObject>(GMIME_OBJECT(part.release()));
}

/// GMime folds a long name into the pieces of RFC 2231, which some programs do not read: they get it whole too, in the older of
/// the two places. Only letters, digits and the like stand in it, and a line may have 998 bytes.
void repeat_whole(GMimeObject* object, const std::string& content_type, const std::string& file_name) {
  constexpr std::size_t kFits = 60;
  constexpr std::size_t kLongest = 900;
  const auto is_plain = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-' || c == '.';
  };
  if (file_name.size() <= kFits || file_name.size() > kLongest || !std::all_of(file_name.begin(), file_name.end(), is_plain))
    return;
  const Gmime& api = gmime();
  GMimeHeader* header = api.g_mime_header_list_get_header(api.g_mime_object_get_header_list(object), "Content-Type");
  if (header != nullptr)
    api.g_mime_header_set_raw_value(header, fmt::format(" {};\n\tname=\"{}\"\n", content_type, file_name).c_str());
}

GmimePtr<GMimeObject> attachment_part(const Attachment& attachment, FileEncoding encoding, GMimeStream* file) {
  const Gmime& api = gmime();
  GmimePtr<GMimePart> part(api.g_mime_part_new_with_type("application", "octet-stream"));
  GMimeObject* object = GMIME_OBJECT(part.get());
  const GmimePtr<GMimeContentType> type(
      api.g_mime_content_type_parse(nullptr, HeaderValue::cleaned(attachment.content_type).str().c_str()));
  api.g_mime_object_set_content_type(object, type.get());
  api.g_mime_object_set_disposition(object, "attachment");
  api.g_mime_part_set_filename(part.get(), HeaderValue::cleaned(attachment.file_name).str().c_str());
  // Without this, GMime writes a non-ASCII name in the first single-byte charset that holds it.
  GMimeParamList* disposition = api.g_mime_content_disposition_get_parameters(api.g_mime_object_get_content_disposition(object));
  if (GMimeParam* name = api.g_mime_param_list_get_parameter(disposition, "filename"))
    api.g_mime_param_set_charset(name, "utf-8");
  GMimeParamList* types = api.g_mime_content_type_get_parameters(api.g_mime_object_get_content_type(object));
  if (GMimeParam* name = api.g_mime_param_list_get_parameter(types, "name")) api.g_mime_param_set_charset(name, "utf-8");
  const bool readable = encoding == FileEncoding::quoted_printable;
  api.g_mime_part_set_content_encoding(part.get(),
                                       readable ? GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE : GMIME_CONTENT_ENCODING_BASE64);

  const GmimePtr<GMimeDataWrapper> content(api.g_mime_data_wrapper_new_with_stream(
      file, readable ? GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE : GMIME_CONTENT_ENCODING_DEFAULT));
  api.g_mime_part_set_content(part.get(), content.get());
  repeat_whole(object, HeaderValue::cleaned(attachment.content_type).str(), HeaderValue::cleaned(attachment.file_name).str());
  return GmimePtr<GMimeObject>(GMIME_OBJECT(part.release()));
}

GmimePtr<GMimeObject> image_part(const Image& image) {
  const Gmime& api = gmime();
  GmimePtr<GMimePart> part(api.g_mime_part_new_with_type("image", "png"));
  GMimeObject* object = GMIME_OBJECT(part.get());
  const GmimePtr<GMimeContentType> type(
      api.g_mime_content_type_parse(nullptr, HeaderValue::cleaned(image.content_type).str().c_str()));
  api.g_mime_object_set_content_type(object, type.get());
  api.g_mime_object_set_disposition(object, "inline");
  api.g_mime_part_set_filename(part.get(), HeaderValue::cleaned(image.file_name).str().c_str());
  api.g_mime_part_set_content_id(part.get(), HeaderValue::cleaned(image.content_id).str().c_str());
  api.g_mime_part_set_content_encoding(part.get(), GMIME_CONTENT_ENCODING_BASE64);
  const GmimePtr<GMimeStream> stream(api.g_mime_stream_mem_new_with_buffer(image.bytes.data(), image.bytes.size()));
  const GmimePtr<GMimeDataWrapper> content(api.g_mime_data_wrapper_new_with_stream(stream.get(), GMIME_CONTENT_ENCODING_DEFAULT));
  api.g_mime_part_set_content(part.get(), content.get());
  return GmimePtr<GMimeObject>(GMIME_OBJECT(part.release()));
}

GmimePtr<GMimeObject> multipart(const char* subtype, const std::string& boundary_text,
                                const std::vector<GmimePtr<GMimeObject>>& members) {
  const Gmime& api = gmime();
  GmimePtr<GMimeMultipart> parts(api.g_mime_multipart_new_with_subtype(subtype));
  api.g_mime_multipart_set_boundary(parts.get(), boundary_text.c_str());
  for (const auto& member : members) api.g_mime_multipart_add(parts.get(), member.get());
  return GmimePtr<GMimeObject>(GMIME_OBJECT(parts.release()));
}

GmimePtr<GMimeObject> html_part(const Content& content) {
  GmimePtr<GMimeObject> html = text_part("html", content.html);
  if (content.images.empty()) return html;
  std::vector<GmimePtr<GMimeObject>> members;
  members.push_back(std::move(html));
  for (const Image& image : content.images) members.push_back(image_part(image));
  GmimePtr<GMimeObject> related = multipart("related", boundary(content.boundary_seed, "related"), members);
  gmime().g_mime_object_set_content_type_parameter(related.get(), "type", "text/html");  // RFC 2387 asks for it
  return related;
}

template <typename... Parts>
std::vector<GmimePtr<GMimeObject>> listed(Parts&&... parts) {
  std::vector<GmimePtr<GMimeObject>> list;
  (list.push_back(std::forward<Parts>(parts)), ...);
  return list;
}

}  // namespace

std::string content_id(std::string_view role, std::string_view run_id) { return fmt::format("{}.{}@reportctl", role, run_id); }

void write_body(const Content& content, Sink& out) {
  GmimePtr<GMimeObject> root = text_part("plain", content.text);
  if (!content.html.empty())
    root = multipart("alternative", boundary(content.boundary_seed, "alternative"), listed(std::move(root), html_part(content)));
  std::deque<FileStream> files;
  if (!content.attachments.empty()) {
    auto parts = listed(std::move(root));
    for (const auto& attachment : content.attachments) {
      const auto encoding = encoding_of(attachment.fd, attachment.content_type);
      parts.push_back(attachment_part(attachment, encoding, files.emplace_back(attachment.fd, encoding).get()));
    }
    root = multipart("mixed", boundary(content.boundary_seed, "mixed"), parts);
  }

  SinkStream stream(out);
  const GmimePtr<GMimeFormatOptions> format = wire_format();
  constexpr std::string_view kVersion = "MIME-Version: 1.0\r\n";
  stream.take(kVersion.data(), kVersion.size());
  const bool written = gmime().g_mime_object_write_to_stream(root.get(), format.get(), stream.get()) >= 0;
  stream.finish();
  for (auto& file : files) file.check();
  if (!written) throw Error(ErrorKind::output, "the message could not be composed");
}

}  // namespace reportctl::mail
