// SPDX-License-Identifier: MIT
/// \file
/// CorpusBuilder: from pieces of provisionally numbered tokens to an EncodedCorpus.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <functional>
#include <memory>
#include <numeric>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <implicitmf/core/buffer.hpp>
#include <implicitmf/core/errors.hpp>
#include <implicitmf/core/parallel.hpp>
#include <implicitmf/core/progress.hpp>
#include <implicitmf/core/types.hpp>
#include <implicitmf/corpus/encoded_corpus.hpp>
#include <implicitmf/corpus/vocabulary.hpp>
#include <implicitmf/corpus/word_counter.hpp>

namespace implicitmf {

/// How a corpus is read. The result depends on all but `threads` and `progress`.
struct CorpusOptions {
  Count min_count = 5;             ///< words with fewer tokens are dropped; at least 1
  std::size_t max_vocabulary = 0;  ///< keep this many most frequent words at most; 0: all
  /// A dropped word leaves its place (hyperwords) rather than closing the gap (word2vec).
  bool keep_positions = false;
  /// Words to keep, instead of choosing by min_count and max_vocabulary.
  std::shared_ptr<const Vocabulary> vocabulary = nullptr;
  std::size_t threads = 0;         ///< 0: one for each processor
  ProgressCallback progress = {};  ///< told bytes or sentences done

  /// \throws ConfigError
  void validate() const {
    if (min_count < 1) throw ConfigError("min_count", "must be at least 1");
    if (vocabulary && vocabulary->empty()) throw ConfigError("vocabulary", "has no words");
  }
};

namespace detail {

/// Collects pieces of text, each tokenized on any thread, and joins them in order.
class CorpusBuilder {
 public:
  /// A stretch of the stream in provisional numbers of one thread's counter.
  struct Piece {
    Buffer<WordId> ids;
    std::size_t counter = 0;
  };

  /// The TokenSink that fills a piece. Tokens that are views of `text` wait for a moment between
  /// the two steps of their look-up; others, which may be gone by then, do not.
  class Sink {
   public:
    Sink(WordCounter& counter, Piece& piece, std::string_view text)
        : counter_(counter), piece_(piece), text_(text) {}

    void token(std::string_view word) {
      if (!stays(word)) {
        finish();
        piece_.ids.push_back(counter_.add(word));
        return;
      }
      if (begun_ - added_ == waiting_.size()) add_first();
      waiting_[begun_++ % waiting_.size()] = {counter_.begin_add(word), word};
    }
    void end_sentence() {
      finish();
      piece_.ids.push_back(sentence_break);
    }
    /// Adds the tokens that wait.
    void finish() {
      while (added_ != begun_) add_first();
    }

   private:
    struct Waiting {
      WordCounter::Slot key;
      std::string_view word;
    };

    [[nodiscard]] bool stays(std::string_view word) const noexcept {
      const std::less_equal<const char*> before_or_at;
      return before_or_at(text_.data(), word.data()) &&
             before_or_at(word.data() + word.size(), text_.data() + text_.size());
    }
    void add_first() {
      const Waiting& first = waiting_[added_++ % waiting_.size()];
      piece_.ids.push_back(counter_.add(first.key, first.word));
    }

    WordCounter& counter_;
    Piece& piece_;
    std::string_view text_;
    std::array<Waiting, 8> waiting_{};
    std::size_t begun_ = 0;
    std::size_t added_ = 0;
  };

  CorpusBuilder(std::string source, CorpusOptions options)
      : source_(std::move(source)), options_(std::move(options)) {}

  /// Room for `pieces` pieces, filled by `threads` threads.
  void prepare(std::size_t pieces, std::size_t threads) {
    pieces_.resize(pieces);
    counters_.resize(threads);
  }
  std::size_t add_piece() {
    pieces_.emplace_back();
    return pieces_.size() - 1;
  }

  /// Calls tokenize(sink) to fill piece i, in the numbers of thread `thread`. Different pieces and
  /// threads may be filled at the same time.
  /// \param text  what stays where it is meanwhile, for tokens to be views of
  template <class Tokenize>
  void fill(std::size_t i, std::size_t thread, std::string_view text, Tokenize&& tokenize) {
    Piece& piece = pieces_[i];
    piece.counter = thread;
    piece.ids.reserve(text.size() / 4);
    Sink sink(counters_[thread], piece, text);
    tokenize(sink);
    sink.finish();
  }

  /// \throws InputError where no word is left, saying why
  [[nodiscard]] EncodedCorpus finish(ThreadTeam& team) {
    WordCounter words;
    auto global = merge_counters(words);
    Count tokens = 0;
    for (WordId i = 0; i < words.size(); ++i) tokens += words.count(i);
    const auto vocabulary = choose_vocabulary(words, tokens);
    const Buffer<WordId> ids = ids_in(*vocabulary, words);
    for (Numbers& numbers : global)
      for (WordId& number : numbers) number = ids[number];
    team.for_each(pieces_.size(),
                  [&](std::size_t i) { rename(pieces_[i].ids, global[pieces_[i].counter]); });
    counters_.clear();
    return EncodedCorpus(vocabulary, join_pieces(), tokens, words.size());
  }

 private:
  using Numbers = Buffer<WordId>;

  /// Joins the threads' words; [t][i] is the joint number of word i of thread t.
  std::vector<Numbers> merge_counters(WordCounter& words) {
    std::vector<Numbers> global(counters_.size());
    global[0].resize(counters_[0].size());
    std::iota(global[0].begin(), global[0].end(), WordId{0});
    words = std::move(counters_[0]);
    for (std::size_t t = 1; t < counters_.size(); ++t)
      for (WordId i = 0; i < counters_[t].size(); ++i)
        global[t].push_back(words.add(counters_[t].word(i), counters_[t].count(i)));
    return global;
  }

  std::shared_ptr<const Vocabulary> choose_vocabulary(const WordCounter& words,
                                                      Count tokens) const {
    if (words.size() == 0)
      throw InputError(source_ + ": no tokens: there is nothing but white space");
    if (options_.vocabulary) return options_.vocabulary;
    std::vector<WordCount> all;
    all.reserve(words.size());
    for (WordId i = 0; i < words.size(); ++i) all.push_back({words.word(i), words.count(i)});
    auto vocabulary =
        Vocabulary::most_frequent(std::move(all), options_.min_count, options_.max_vocabulary);
    if (vocabulary.empty())
      throw InputError(source_ + ": none of the " + std::to_string(words.size()) +
                       " distinct words in " + std::to_string(tokens) +
                       " tokens occurs min_count = " + std::to_string(options_.min_count) +
                       " times: lower min_count or read more text");
    return std::make_shared<const Vocabulary>(std::move(vocabulary));
  }

  /// The vocabulary's ids of all words, `removed_token` where they are not in it.
  static Buffer<WordId> ids_in(const Vocabulary& vocabulary, const WordCounter& words) {
    Buffer<WordId> ids(words.size(), removed_token);
    for (WordId id = 0; id < vocabulary.size(); ++id)
      if (const auto number = words.find(vocabulary.word(id))) ids[*number] = id;
    return ids;
  }

  /// To the vocabulary's ids, in place: drops other words or marks their places, and joins borders.
  void rename(Buffer<WordId>& piece, const Numbers& ids) const {
    std::size_t kept = 0;
    for (const WordId local : piece) {
      const WordId id = local == sentence_break ? local : ids[local];
      if (id == removed_token && !options_.keep_positions) continue;
      if (id == sentence_break && kept > 0 && piece[kept - 1] == sentence_break) continue;
      piece[kept++] = id;
    }
    piece.resize(kept);
  }

  /// Moves the pieces to one array, freeing each as it goes.
  Buffer<WordId> join_pieces() {
    std::size_t size = 2;
    for (const Piece& piece : pieces_) size += piece.ids.size();
    Buffer<WordId> stream;
    stream.reserve(size);
    stream.push_back(sentence_break);
    for (Piece& piece : pieces_) {
      const Buffer<WordId> ids = std::exchange(piece.ids, {});
      const bool joined = !ids.empty() && ids.front() == sentence_break;
      const bool at_border = stream.back() == sentence_break;
      stream.insert(stream.end(), ids.begin() + (joined && at_border ? 1 : 0), ids.end());
    }
    if (stream.back() != sentence_break) stream.push_back(sentence_break);
    return stream;
  }

  std::string source_;
  CorpusOptions options_;
  std::vector<WordCounter> counters_;
  std::vector<Piece> pieces_;
};

}  // namespace detail
}  // namespace implicitmf
