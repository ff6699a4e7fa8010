// SPDX-License-Identifier: MIT
#include <implicitmf/corpus/read_corpus.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include <implicitmf/core/random.hpp>

#include "support/messages.hpp"
#include "support/named_pipe.hpp"
#include "support/reference_corpus.hpp"
#include "support/temporary_directory.hpp"

namespace imf = implicitmf;
using imf::CorpusOptions;
using imf::EncodedCorpus;
using support::holds;
using support::message_of;

namespace {

/// Words of a skewed distribution with a separator drawn from a list after each, about `bytes`
/// long.
std::string random_text(std::uint64_t seed, std::size_t bytes,
                        const std::vector<std::string_view>& separators) {
  imf::RandomStream random(seed, imf::RandomPurpose::test_data);
  std::string text;
  while (text.size() < bytes) {
    const std::uint32_t word = random.below(1U << random.below(13));
    text += 'w' + std::to_string(word) + std::string(word % 23, 'x');
    text += separators[random.below(static_cast<std::uint32_t>(separators.size()))];
  }
  return text;
}

/// The same from the file on any number of threads, and from a pipe.
void check_all_ways(const std::string& text, const CorpusOptions& options = {}) {
  const auto expected = support::reference_corpus(support::lines_of(text), options);
  const support::TemporaryDirectory directory;
  const auto path = directory.write("text", text);
  for (const std::size_t threads : {1U, 2U, 3U, 7U}) {
    CAPTURE(threads);
    CorpusOptions on_threads = options;
    on_threads.threads = threads;
    CHECK(imf::read_corpus(path, on_threads) == expected);
  }
  const support::NamedPipe pipe(text);
  CHECK(imf::read_corpus(pipe.path(), options) == expected);
}

/// Texts of several pieces of 1 MiB each.
constexpr std::size_t some_pieces = (std::size_t{2} << 20U) + 12345;

}  // namespace

TEST_CASE("small texts of every line structure") {
  for (const std::string text : {"a", "a\n", "a b a", "\n\n a \n\n b a\n\n", "a\r\nb\r\n\r\na\r\n",
                                 " \t a\vb\fc \n", "a caf\xC3\xA9 \xFF\xFE a", "a\nb", "\na"})
    for (const bool keep_positions : {false, true})
      for (const imf::Count min_count : {1U, 2U}) {
        if (min_count == 2 && text.find('a') == text.rfind('a')) continue;
        check_all_ways(text, {.min_count = min_count, .keep_positions = keep_positions});
      }
}

TEST_CASE("large texts: lines, blank lines, Windows lines, one line, no last newline") {
  check_all_ways(random_text(1, some_pieces, {" ", " ", " ", " ", " ", "\n"}));
  check_all_ways(random_text(2, some_pieces, {" ", "  \t", "\n", "\n\n\n"}));
  check_all_ways(random_text(3, some_pieces, {" ", " ", " ", "\r\n", "\r\n\r\n"}));
  check_all_ways(random_text(4, some_pieces, {" "}));
  check_all_ways(random_text(5, some_pieces, {" ", " ", "\n"}) + "last");
}

TEST_CASE("large texts under every option") {
  const std::string text = random_text(6, some_pieces, {" ", " ", " ", " ", " ", "\n"});
  check_all_ways(text, {.min_count = 1});
  check_all_ways(text, {.min_count = 300, .keep_positions = true});
  check_all_ways(text, {.min_count = 2, .max_vocabulary = 100});
  const auto vocabulary = std::make_shared<const imf::Vocabulary>(
      std::vector<imf::WordCount>{{"w1x", 1}, {"nowhere", 0}, {"w23", 7}});
  check_all_ways(text, {.keep_positions = true, .vocabulary = vocabulary});
}

TEST_CASE("a word longer than several pieces, at the start, within and at the end") {
  const std::string giant(some_pieces, 'g');
  for (const std::string& text : {giant + " a b a " + giant, "a " + giant + "\nb " + giant + "\n",
                                  "a b\n" + giant + "!" + giant + " b"})
    check_all_ways(text, {.min_count = 1});
}

TEST_CASE("a border of a piece on every kind of byte") {
  constexpr std::size_t piece = std::size_t{1} << 20U;
  for (const std::string_view around : {"xx xx", " \n \n", "\n\n\n\n", "xxxxx", "\r\n\r\n"})
    for (std::size_t shift = 0; shift < around.size(); ++shift) {
      std::string text(piece - shift, 'y');
      for (std::size_t i = 70; i < text.size(); i += 71) text[i] = ' ';
      text += std::string(around) + "z z\n";
      check_all_ways(text, {.min_count = 1});
    }
}

TEST_CASE("raw text is the same in one piece and in many") {
  const std::vector<std::string_view> separators{" ",  "-",    "'",  "’", ", ",
                                                 "É ", "\xFF", "。", "\n"};
  const std::string text = random_text(7, some_pieces, separators);
  support::Sentences sentences(1);
  struct Collector {
    support::Sentences& sentences;
    void token(std::string_view word) { sentences.back().emplace_back(word); }
    void end_sentence() { sentences.emplace_back(); }
  } collector{sentences};
  imf::RawTextTokenizer{}(text, collector);
  const auto expected = support::reference_corpus(sentences, {});
  const support::TemporaryDirectory directory;
  const auto path = directory.write("text", text);
  for (const std::size_t threads : {1U, 3U})
    CHECK(imf::read_corpus(path, {.threads = threads}, imf::RawTextTokenizer{}) == expected);
  const support::NamedPipe pipe(text);
  CHECK(imf::read_corpus(pipe.path(), {}, imf::RawTextTokenizer{}) == expected);
}

TEST_CASE("texts without a word to keep are refused, naming the file and the numbers") {
  const support::TemporaryDirectory directory;
  const auto fault = [&](std::string_view text, const CorpusOptions& options = {}) {
    return message_of<imf::InputError>(
        [&] { static_cast<void>(imf::read_corpus(directory.write("some.txt", text), options)); });
  };
  CHECK(holds(fault(""), "some.txt: no tokens"));
  CHECK(holds(fault(" \n\t\n"), "some.txt: no tokens"));
  const std::string message = fault("a b c a", {.min_count = 3});
  CHECK(holds(message, "some.txt: none of the 3 distinct words in 4 tokens"));
  CHECK(holds(message, "min_count = 3"));
  const support::NamedPipe empty("");
  CHECK_THROWS_AS(static_cast<void>(imf::read_corpus(empty.path())), imf::InputError);
}

TEST_CASE("paths that are no text, and options out of range") {
  const support::TemporaryDirectory directory;
  CHECK_THROWS_AS(static_cast<void>(imf::read_corpus(directory / "absent")), imf::IoError);
  CHECK_THROWS_AS(static_cast<void>(imf::read_corpus(directory.path())), imf::IoError);
  const auto path = directory.write("text", "a a");
  CHECK_THROWS_AS(static_cast<void>(imf::read_corpus(path, {.min_count = 0})), imf::ConfigError);
}

TEST_CASE("the progress callback hears from the calling thread, never beyond the whole") {
  const std::string text = random_text(8, some_pieces, {" ", "\n"});
  const support::TemporaryDirectory directory;
  const auto path = directory.write("text", text);
  const auto caller = std::this_thread::get_id();
  for (const std::size_t threads : {1U, 3U}) {
    std::uint64_t before = 0;
    std::size_t reports = 0;
    bool sound = true;
    const auto watch = [&](const imf::Progress& progress) {
      sound = sound && progress.unit == "bytes" && progress.total == text.size() &&
              progress.done > before && progress.done <= text.size() &&
              std::this_thread::get_id() == caller;
      before = progress.done;
      ++reports;
      return imf::ProgressAction::proceed;
    };
    static_cast<void>(imf::read_corpus(path, {.threads = threads, .progress = watch}));
    CHECK(sound);
    if (threads == 1) CHECK(reports == 3);
    if (threads == 1) CHECK(before == text.size());
  }
  const support::NamedPipe pipe(text);
  std::uint64_t done = 0;
  static_cast<void>(imf::read_corpus(pipe.path(), {.progress = [&](const imf::Progress& progress) {
                                       CHECK(progress.total == 0);
                                       done = progress.done;
                                       return imf::ProgressAction::proceed;
                                     }}));
  CHECK(done == text.size());
}

TEST_CASE("the progress callback can stop the work, and an exception of its own comes out") {
  const std::string text = random_text(9, some_pieces, {" ", "\n"});
  const support::TemporaryDirectory directory;
  const support::NamedPipe pipe(text);
  for (const auto& path : {directory.write("text", text), pipe.path()}) {
    CorpusOptions options{.threads = 1};
    int calls = 0;
    options.progress = [&](const imf::Progress&) {
      ++calls;
      return imf::ProgressAction::stop;
    };
    CHECK_THROWS_AS(static_cast<void>(imf::read_corpus(path, options)), imf::Stopped);
    CHECK(calls == 1);
  }
  const CorpusOptions options{
      .threads = 1, .progress = [](const imf::Progress&) -> imf::ProgressAction { throw 7; }};
  CHECK_THROWS_AS(static_cast<void>(imf::read_corpus(directory / "text", options)), int);
}
