// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "xlsx_packer.hpp"

#include <signal.h>

#include <system_error>

#include "reportctl/base/error.hpp"
#include "xlsx_api.hpp"

namespace reportctl::render {
namespace {

/// A thread that signals do not interrupt: they are for the one that reads and looks whether it is to stop.
template <typename Work>
std::thread quiet_thread(Work work) {
  sigset_t all;
  sigset_t before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  std::thread thread;
  try {
    thread = std::thread(work);
  } catch (const std::system_error&) {  // a limit of threads: the caller does the work
  }
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return thread;
}

}  // namespace

/// Level 1 of ISA-L: a third of the time of zlib's, at its size.
class XlsxDeflate {
 public:
  explicit XlsxDeflate(Sink& sink) : sink_(sink) { begin(); }

  void begin() {
    isal().isal_deflate_init(stream_.get());
    stream_->level = 1;
    stream_->level_buf = level_.get();
    stream_->level_buf_size = ISAL_DEF_LVL1_DEFAULT;
    packed_ = 0;
  }
  void add(std::string_view text) { run(text, NO_FLUSH, false); }
  void end(PackEnd end) { run({}, end == PackEnd::open ? SYNC_FLUSH : NO_FLUSH, end == PackEnd::last); }
  [[nodiscard]] std::uint64_t packed() const { return packed_; }

 private:
  static constexpr std::size_t kOut = std::size_t{64} << 10U;
  void run(std::string_view text, int flush, bool is_last) {
    stream_->next_in = reinterpret_cast<std::uint8_t*>(const_cast<char*>(text.data()));
    stream_->avail_in = static_cast<std::uint32_t>(text.size());
    stream_->flush = static_cast<std::uint16_t>(flush);
    stream_->end_of_stream = is_last ? 1 : 0;
    do {
      stream_->next_out = reinterpret_cast<std::uint8_t*>(out_.get());
      stream_->avail_out = kOut;
      if (isal().isal_deflate(stream_.get()) != COMP_OK) throw Error(ErrorKind::failed, "libisal cannot pack");
      const std::size_t size = kOut - stream_->avail_out;
      packed_ += size;
      if (size > 0) sink_.write({out_.get(), size});
    } while (stream_->avail_out == 0);
  }

  Sink& sink_;
  std::unique_ptr<isal_zstream> stream_ = std::make_unique<isal_zstream>();
  std::unique_ptr<std::uint8_t[]> level_{new std::uint8_t[ISAL_DEF_LVL1_DEFAULT]};
  std::unique_ptr<char[]> out_{new char[kOut]};
  std::uint64_t packed_ = 0;
};

std::string pack(std::string_view text, PackEnd end) {
  StringSink sink;
  XlsxDeflate deflate(sink);
  deflate.add(text);
  deflate.end(end);
  return std::move(sink.text);
}

std::uint32_t crc_of(std::string_view text) {
  return isal().crc32_gzip_refl(0, reinterpret_cast<const unsigned char*>(text.data()), text.size());
}

std::uint32_t joined_crc(std::uint32_t first, std::uint32_t second, std::uint64_t second_size) {
  return static_cast<std::uint32_t>(zlib().crc32_combine(first, second, static_cast<z_off_t>(second_size)));
}

XlsxPacker::XlsxPacker(const std::filesystem::path& directory)
    : file_(TempFile::create(directory)),
      deflate_(std::make_unique<XlsxDeflate>(file_)),
      thread_(quiet_thread([this] { work(); })) {}

XlsxPacker::~XlsxPacker() { end_work(Wish::stop); }

void XlsxPacker::give(std::size_t size, bool ends_sheet) {
  Piece& piece = pieces_[given_ % kPieces];
  piece.size = size;
  piece.ends_sheet = ends_sheet;
  if (!thread_.joinable()) return pack_piece(piece);
  std::unique_lock lock(mutex_);
  rethrow();
  ++given_;
  changed_.notify_one();
  changed_.wait(lock, [this] { return given_ - packed_ < kPieces || error_ != nullptr; });
}

void XlsxPacker::work() {
  try {
    for (;;) {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return packed_ < given_ || wish_ != Wish::work; });
      if (wish_ == Wish::stop || packed_ == given_) return;
      lock.unlock();
      pack_piece(pieces_[packed_ % kPieces]);
      lock.lock();
      ++packed_;
      changed_.notify_one();
    }
  } catch (...) {
    const std::lock_guard lock(mutex_);
    error_ = std::current_exception();
    changed_.notify_one();
  }
}

void XlsxPacker::pack_piece(const Piece& piece) {
  const std::string_view text(piece.bytes.get(), piece.size);
  deflate_->add(text);
  sheet_.unpacked += text.size();
  sheet_.crc = isal().crc32_gzip_refl(sheet_.crc, reinterpret_cast<const unsigned char*>(text.data()), text.size());
  if (!piece.ends_sheet) return;
  deflate_->end(PackEnd::open);
  sheet_.packed = deflate_->packed();
  sheets_.push_back(sheet_);
  sheet_ = {.offset = sheet_.offset + sheet_.packed};
  deflate_->begin();
}

void XlsxPacker::end_work(Wish wish) {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    wish_ = wish;
    changed_.notify_one();
  }
  thread_.join();
}

const std::vector<Packed>& XlsxPacker::finish() {
  end_work(Wish::finish);
  rethrow();
  return sheets_;
}

}  // namespace reportctl::render
