// SPDX-License-Identifier: MIT
// Any bytes as text: tokens are words, don't depend on where the text is cut, and make a corpus.
#include <implicitmf/corpus/tokenizer.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <implicitmf/core/errors.hpp>
#include <implicitmf/corpus/read_corpus.hpp>

#include "fuzz/check.hpp"

namespace imf = implicitmf;

namespace {

/// Tokens as they come; a sentence end is "\n".
struct Collector {
  std::vector<std::string> tokens;
  void token(std::string_view word) {
    fuzz::check(!word.empty(), "no token is empty");
    fuzz::check(std::none_of(word.begin(), word.end(), imf::is_ascii_space),
                "no token holds white space");
    tokens.emplace_back(word);
  }
  void end_sentence() { tokens.emplace_back("\n"); }
};

template <imf::Tokenizer T>
void check_tokens(std::string_view text) {
  const T tokenizer;
  Collector whole;
  tokenizer(text, whole);
  Collector parts;
  std::size_t begin = 0;
  for (std::size_t i = 0; i < text.size(); ++i)
    if (imf::is_ascii_space(text[i])) {
      tokenizer(text.substr(begin, i - begin), parts);
      begin = i;
    }
  tokenizer(text.substr(begin), parts);
  fuzz::check(parts.tokens == whole.tokens, "cuts don't show");
  for (const std::string& token : whole.tokens) {
    if (token == "\n") continue;
    Collector again;
    tokenizer(token, again);
    fuzz::check(again.tokens == std::vector<std::string>{token}, "a token is one token");
  }
}

template <imf::Tokenizer T>
void check_corpus(std::string_view text) {
  const auto path = fuzz::directory().write("text", text);
  try {
    const auto corpus = imf::read_corpus(path, {.min_count = 1, .threads = 1}, T{});
    const auto& statistics = corpus.statistics();
    fuzz::check(statistics.tokens_kept == statistics.tokens_read, "every token is kept");
    fuzz::check(statistics.distinct_words == corpus.vocabulary().size(), "every word is kept");
    fuzz::check(corpus.vocabulary().tokens() == statistics.tokens_read, "counts are of tokens");
  } catch (const imf::InputError&) {
    Collector collector;
    T{}(text, collector);
    for (const std::string& token : collector.tokens)
      fuzz::check(token == "\n", "a text with tokens makes a corpus");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check_tokens<imf::WhitespaceTokenizer>(text);
  check_tokens<imf::RawTextTokenizer>(text);
  check_corpus<imf::WhitespaceTokenizer>(text);
  check_corpus<imf::RawTextTokenizer>(text);
  return 0;
}
