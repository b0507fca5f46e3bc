// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
//
// A fuzz target without libFuzzer: fuzz_NAME CORPUS [INPUTS | SECONDSs] [SEED] replays the files of a corpus and then what
// becomes of them under random changes, so many inputs or for so long: with the same seed always the same inputs. Without a
// number there are 20,000, or fewer where 15 seconds are over. An input that breaks a promise, or takes longer than its share of
// processor time, is printed in hex.
#include <signal.h>
#include <sys/time.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

constexpr int kSecondsPerInput = 10;  // of the processor, sanitized
constexpr std::size_t kLongest = 4096;

std::string input;

extern "C" void on_end(int number) {
  std::fprintf(stderr, "%s with this input:\n", number == SIGPROF ? "takes too long" : "broken");
  for (const char c : input) std::fprintf(stderr, "%02x", static_cast<unsigned char>(c));
  std::fprintf(stderr, "\n0 passed, 1 failed\n");
  std::_Exit(1);
}

void run_one() {
  const itimerval share{.it_interval = {}, .it_value = {.tv_sec = kSecondsPerInput, .tv_usec = 0}};
  ::setitimer(ITIMER_PROF, &share, nullptr);
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(input.data()), input.size());
}

class Changer {
 public:
  explicit Changer(std::vector<std::string> corpus, unsigned seed) : corpus_(std::move(corpus)), random_(seed) {}

  std::string next() {
    std::string text = any();
    for (auto changes = 1 + below(6); changes > 0; --changes) change(text);
    text.resize(std::min(text.size(), kLongest));
    return text;
  }

 private:
  std::size_t below(std::size_t limit) { return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random_); }
  const std::string& any() { return corpus_[below(corpus_.size())]; }
  /// A stretch of a text.
  std::string piece(const std::string& text) {
    if (text.empty()) return text;
    const auto at = below(text.size());
    return text.substr(at, 1 + below(std::min<std::size_t>(16, text.size() - at)));
  }
  void change(std::string& text) {
    const auto at = below(text.size() + 1);
    switch (below(5)) {
      case 0:
        return void(text.insert(at, 1, static_cast<char>(below(256))));
      case 1:
        return void(text.insert(at, piece(any())));
      case 2:
        return void(text.insert(at, piece(text)));
      case 3:
        return void(text.erase(at, 1 + below(8)));
      default:
        if (at < text.size()) text[at] = static_cast<char>(static_cast<unsigned char>(text[at]) ^ 1U << below(8));
    }
  }
  std::vector<std::string> corpus_;
  std::minstd_rand random_;
};

}  // namespace

int main(int count, char** words) {
  std::vector<std::string> corpus{""};
  if (count > 1) {
    for (const auto& entry : std::filesystem::directory_iterator(words[1])) {
      std::ifstream file(entry.path(), std::ios::binary);
      corpus.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
    }
  }
  std::sort(corpus.begin(), corpus.end());
  for (const int number : {SIGABRT, SIGSEGV, SIGPROF}) ::signal(number, on_end);
  const std::string limit = count > 2 ? words[2] : "";
  const std::size_t number = std::strtoul(limit.c_str(), nullptr, 10);
  const bool is_timed = limit.ends_with('s');
  const bool is_counted = !limit.empty() && !is_timed;
  const std::size_t most = is_counted ? number : is_timed ? SIZE_MAX : 20'000;
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(is_timed ? number : 15);
  std::size_t runs = 0;
  for (const auto& text : corpus) input = text, run_one(), ++runs;
  Changer changer(corpus, count > 3 ? static_cast<unsigned>(std::atoi(words[3])) : 1);
  for (; runs < most && (is_counted || std::chrono::steady_clock::now() < end); ++runs) input = changer.next(), run_one();
  std::printf("%zu inputs\n1 passed, 0 failed\n", runs);
}
