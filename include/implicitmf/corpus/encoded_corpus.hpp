// SPDX-License-Identifier: MIT
/// \file
/// EncodedCorpus: a corpus as a stream of word ids with sentence borders.
#pragma once

#include <concepts>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>

#include <implicitmf/core/buffer.hpp>
#include <implicitmf/core/errors.hpp>
#include <implicitmf/core/types.hpp>
#include <implicitmf/corpus/vocabulary.hpp>

namespace implicitmf {

/// What was met on the way from text to ids.
struct CorpusStatistics {
  Count tokens_read = 0;     ///< tokens of the text, kept or not
  Count distinct_words = 0;  ///< distinct words of the text, kept or not
  Count tokens_kept = 0;     ///< tokens of vocabulary words in the stream
  Count sentences = 0;       ///< sentences with at least one kept token
  friend bool operator==(const CorpusStatistics&, const CorpusStatistics&) = default;
};

/// The ids of a corpus in one array: sentences between marks `sentence_break`, the first and the
/// last element among them; `removed_token` holds the place of a word that is not in the
/// vocabulary, where places are kept.
///
/// \par Memory  4 bytes a token and 4 a sentence.
/// \par Thread safety  immutable once made.
class EncodedCorpus {
 public:
  /// \param stream  ids below the vocabulary's size and the two marks, bordered by sentence_break
  /// \throws InputError if an id is none, or the stream has no borders
  EncodedCorpus(std::shared_ptr<const Vocabulary> vocabulary, Buffer<WordId> stream,
                Count tokens_read = 0, Count distinct_words = 0)
      : vocabulary_(std::move(vocabulary)), stream_(std::move(stream)) {
    if (stream_.empty() || stream_.front() != sentence_break || stream_.back() != sentence_break)
      throw InputError("encoded corpus: the stream must begin and end with sentence_break");
    bool sentence_counted = false;
    for (const WordId id : stream_) {
      if (id < vocabulary_->size()) {
        ++statistics_.tokens_kept;
        if (!std::exchange(sentence_counted, true)) ++statistics_.sentences;
      } else if (id == sentence_break) {
        sentence_counted = false;
      } else if (id != removed_token) {
        throw InputError("encoded corpus: id " + std::to_string(id) + " is not below " +
                         std::to_string(vocabulary_->size()) + ", the vocabulary's size");
      }
    }
    statistics_.tokens_read = tokens_read != 0 ? tokens_read : statistics_.tokens_kept;
    statistics_.distinct_words = distinct_words != 0 ? distinct_words : vocabulary_->size();
  }

  [[nodiscard]] const Vocabulary& vocabulary() const noexcept { return *vocabulary_; }
  [[nodiscard]] const std::shared_ptr<const Vocabulary>& shared_vocabulary() const noexcept {
    return vocabulary_;
  }
  /// The ids and marks as described above.
  [[nodiscard]] std::span<const WordId> stream() const noexcept { return stream_; }
  [[nodiscard]] const CorpusStatistics& statistics() const noexcept { return statistics_; }
  /// Bytes of the stream.
  [[nodiscard]] std::uint64_t memory_bytes() const noexcept {
    return stream_.size() * sizeof(WordId);
  }

  /// Calls visit(sentence) for each sentence in order; it may hold `removed_token` marks.
  template <std::invocable<std::span<const WordId>> Visit>
  void for_each_sentence(Visit&& visit) const {
    std::size_t begin = 1;
    for (std::size_t i = 1; i < stream_.size(); ++i) {
      if (stream_[i] != sentence_break) continue;
      if (i > begin) visit(std::span(stream_).subspan(begin, i - begin));
      begin = i + 1;
    }
  }

  /// The same stream of the same words.
  friend bool operator==(const EncodedCorpus& a, const EncodedCorpus& b) {
    return *a.vocabulary_ == *b.vocabulary_ && a.stream_ == b.stream_ &&
           a.statistics_ == b.statistics_;
  }

 private:
  std::shared_ptr<const Vocabulary> vocabulary_;
  Buffer<WordId> stream_;
  CorpusStatistics statistics_;
};

}  // namespace implicitmf
