// SPDX-License-Identifier: MIT
// make_small_language: writes text in the small language, and what is known of it.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include <implicitmf/core/file.hpp>
#include <implicitmf/core/text.hpp>

#include "small_language.hpp"

namespace {

constexpr const char* usage =
    "usage: make_small_language [--corpus FILE] [--sentences 200000] [--seed 1]\n"
    "                           [--questions FILE] [--classes FILE]\n"
    "  --corpus     text, one sentence a line\n"
    "  --questions  analogies as word2vec's questions-words.txt has them\n"
    "  --classes    word classes, one a line: its name, then its words\n"
    "FILE - is standard output.\n";

using Options = std::map<std::string_view, std::string_view>;

/// The options, or nothing where they can't be understood.
std::optional<Options> parse(int argc, char** argv) {
  Options options{{"--corpus", ""},
                  {"--sentences", "200000"},
                  {"--seed", "1"},
                  {"--questions", ""},
                  {"--classes", ""}};
  for (int i = 1; i < argc; i += 2) {
    const auto option = options.find(argv[i]);
    if (option == options.end() || i + 1 == argc) return std::nullopt;
    option->second = argv[i + 1];
  }
  return options;
}

/// A line of words, put together in a buffer that is used again.
class LineWriter {
 public:
  explicit LineWriter(implicitmf::OutputFile& file) : file_(file) {}
  template <class... Parts>
  void operator()(const Parts&... parts) {
    line_.clear();
    (append(parts), ...);
    line_.back() = '\n';
    file_.write(line_);
  }

 private:
  void append(std::string_view word) { line_.append(word).push_back(' '); }
  void append(const small_language::Words& words) {
    for (const std::string_view word : words) append(word);
  }
  implicitmf::OutputFile& file_;
  std::string line_;
};

/// Writes a file by write(line), or none if it has no name.
void write_file(std::string_view path, const std::function<void(LineWriter&)>& write) {
  if (path.empty()) return;
  implicitmf::OutputFile file{std::string(path)};
  LineWriter line(file);
  write(line);
  file.commit();
}

}  // namespace

int main(int argc, char** argv) try {
  const auto options = parse(argc, argv);
  const auto number = [&](std::string_view option) {
    return options ? implicitmf::parse_number<std::uint64_t>(options->at(option)) : std::nullopt;
  };
  const auto sentences = number("--sentences");
  const auto seed = number("--seed");
  if (argc == 1 || !sentences || !seed) {
    std::fputs(usage, stderr);
    return 2;
  }
  write_file(options->at("--corpus"), [&](LineWriter& line) {
    for (std::uint64_t i = 0; i < *sentences; ++i) line(small_language::sentence(i, *seed));
  });
  write_file(options->at("--questions"), [](LineWriter& line) {
    for (const auto& [name, questions] : small_language::analogies()) {
      line(":", name);
      for (const auto& [a, b, c, d] : questions) line(a, b, c, d);
    }
  });
  write_file(options->at("--classes"), [](LineWriter& line) {
    for (const auto& [name, words] : small_language::word_classes()) line(name, words);
  });
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "make_small_language: %s\n", error.what());
  return 1;
}
