// SPDX-License-Identifier: MIT
/// \file
/// The obvious way from sentences of words to an EncodedCorpus, for comparison.
#pragma once

#include <algorithm>
#include <cstddef>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <implicitmf/corpus/corpus_builder.hpp>
#include <implicitmf/corpus/encoded_corpus.hpp>

namespace support {

using Sentences = std::vector<std::vector<std::string>>;

/// Lines of words, as the standard library sees them.
[[nodiscard]] inline Sentences lines_of(const std::string& text) {
  Sentences sentences;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    sentences.emplace_back();
    std::istringstream words(line);
    for (std::string word; words >> word;) sentences.back().push_back(word);
  }
  return sentences;
}

/// Counts with a map, sorts, looks each word up.
[[nodiscard]] inline implicitmf::EncodedCorpus reference_corpus(
    const Sentences& sentences, const implicitmf::CorpusOptions& options) {
  using namespace implicitmf;
  std::map<std::string, Count> counts;
  Count tokens = 0;
  for (const auto& sentence : sentences)
    for (const std::string& word : sentence) {
      ++counts[word];
      ++tokens;
    }
  std::vector<std::pair<std::string, Count>> sorted(counts.begin(), counts.end());
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  std::vector<WordCount> kept;
  for (const auto& [word, count] : sorted)
    if (count >= options.min_count &&
        (options.max_vocabulary == 0 || kept.size() < options.max_vocabulary))
      kept.push_back({word, count});
  const auto vocabulary =
      options.vocabulary ? options.vocabulary : std::make_shared<const Vocabulary>(kept);

  std::map<std::string, WordId> ids;
  for (WordId id = 0; id < vocabulary->size(); ++id) ids.emplace(vocabulary->word(id), id);
  Buffer<WordId> stream{sentence_break};
  for (const auto& sentence : sentences) {
    for (const std::string& word : sentence) {
      const auto found = ids.find(word);
      if (found != ids.end())
        stream.push_back(found->second);
      else if (options.keep_positions)
        stream.push_back(removed_token);
    }
    if (stream.back() != sentence_break) stream.push_back(sentence_break);
  }
  return EncodedCorpus(vocabulary, std::move(stream), tokens, counts.size());
}

}  // namespace support
