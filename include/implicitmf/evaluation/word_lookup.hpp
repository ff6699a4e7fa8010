// SPDX-License-Identifier: MIT
/// \file
/// WordLookup: the words of evaluation sets in a vocabulary, in whatever case.
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include <implicitmf/core/types.hpp>
#include <implicitmf/corpus/tokenizer.hpp>
#include <implicitmf/corpus/vocabulary.hpp>

namespace implicitmf {

/// Finds words among the first ones of a vocabulary, as they are or whatever their case. Of words
/// that differ in case alone the first, the most frequent, stands for all.
///
/// \par Memory  nothing, or about 100 bytes a word and its bytes where case is ignored.
/// \par Thread safety  immutable once made.
class WordLookup {
 public:
  /// \param vocabulary      outlives this
  /// \param top_vocabulary  the first so many words are there; 0: all
  WordLookup(const Vocabulary& vocabulary, bool ignore_case, std::size_t top_vocabulary = 0)
      : vocabulary_(vocabulary),
        ignore_case_(ignore_case),
        size_(top_vocabulary == 0 ? vocabulary.size()
                                  : std::min(top_vocabulary, vocabulary.size())) {
    if (!ignore_case) return;
    forms_of_.reserve(vocabulary.size());
    for (WordId id = 0; id < vocabulary.size(); ++id)
      forms_of_.push_back(first_.try_emplace(fold_case(vocabulary.word(id)), id).first->second);
  }

  /// The id that stands for a word, if it is there.
  [[nodiscard]] std::optional<WordId> find(std::string_view word) const {
    const std::optional<WordId> id = ignore_case_ ? find_folded(word) : vocabulary_.find(word);
    return id && *id < size_ ? id : std::nullopt;
  }

  /// For each word of the vocabulary the one that stands for it; empty where each is itself.
  [[nodiscard]] std::span<const WordId> forms_of() const noexcept { return forms_of_; }
  /// The word that stands for one of the vocabulary.
  [[nodiscard]] WordId form_of(WordId id) const noexcept {
    return ignore_case_ ? forms_of_[id] : id;
  }

 private:
  [[nodiscard]] std::optional<WordId> find_folded(std::string_view word) const {
    const auto found = first_.find(fold_case(word));
    return found == first_.end() ? std::nullopt : std::optional(found->second);
  }

  const Vocabulary& vocabulary_;
  bool ignore_case_;
  std::size_t size_;
  std::unordered_map<std::string, WordId> first_;
  std::vector<WordId> forms_of_;
};

}  // namespace implicitmf
