// SPDX-License-Identifier: MIT
/// \file
/// HeldOutSample: sentences kept from training, to measure the objective on.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include <implicitmf/core/buffer.hpp>
#include <implicitmf/core/matrix.hpp>
#include <implicitmf/core/parallel.hpp>
#include <implicitmf/core/random.hpp>
#include <implicitmf/core/types.hpp>
#include <implicitmf/corpus/encoded_corpus.hpp>
#include <implicitmf/counting/window.hpp>
#include <implicitmf/kernels/dot.hpp>
#include <implicitmf/kernels/sigmoid.hpp>
#include <implicitmf/kernels/simd.hpp>
#include <implicitmf/objectives/negative_sampler.hpp>

namespace implicitmf {

/// A fixed sample of a corpus: the sentences (cut after every 1000 tokens) whose number hashes to 0
/// modulo 1000, and where there is none the one whose hash is least. It depends on the corpus
/// alone, so that losses of different runs, methods and thread counts can be compared.
class HeldOutSample {
 public:
  /// \param corpus  outlives this
  explicit HeldOutSample(const EncodedCorpus& corpus) : corpus_(corpus) {
    const std::span<const WordId> stream = corpus.stream();
    IndexRange least;
    std::uint64_t least_hash = ~std::uint64_t{0};
    std::uint64_t number = 0;
    for (std::size_t begin = 1; begin < stream.size();) {
      std::size_t end = begin;
      while (end - begin < most_tokens && stream[end] != sentence_break) ++end;
      if (end > begin) {
        const std::uint64_t hash = mix_bits(++number);
        if (hash % one_of == 0) ranges_.push_back({begin, end});
        if (hash < least_hash) {
          least_hash = hash;
          least = {begin, end};
        }
      }
      begin = end + (stream[end] == sentence_break ? 1 : 0);
    }
    if (ranges_.empty() && least.size() > 0) ranges_.push_back(least);
  }

  explicit HeldOutSample(const EncodedCorpus&& corpus) = delete;

  /// Stretches of the corpus's stream, ascending.
  [[nodiscard]] const std::vector<IndexRange>& ranges() const noexcept { return ranges_; }

  /// The corpus without the sample: sentence borders stand in its place.
  [[nodiscard]] EncodedCorpus rest() const {
    Buffer<WordId> stream(corpus_.stream().begin(), corpus_.stream().end());
    for (const IndexRange range : ranges_)
      std::fill(stream.begin() + static_cast<std::ptrdiff_t>(range.begin),
                stream.begin() + static_cast<std::ptrdiff_t>(range.end), sentence_break);
    return EncodedCorpus(corpus_.shared_vocabulary(), std::move(stream),
                         corpus_.statistics().tokens_read, corpus_.statistics().distinct_words);
  }

  /// −[log σ(w·c) + k E_q log σ(−w·c')], in nats a pair, over the pairs (w,c) of the sample by
  /// their weight in the window; the expectation is a mean over five contexts c' for each position,
  /// always the same. (1 + k) log 2 where all vectors are 0, NaN where the sample has no pair.
  /// Nothing is left out, neither frequent words nor c' = c, however the vectors were trained. Sums
  /// in double and in fixed order.
  ///
  /// \param words      a row for each word of the corpus's vocabulary
  /// \param contexts   a row for each context
  /// \param dimension  floats of each row that are the vector
  template <class Arch = DefaultArch>
  [[nodiscard]] double loss(const AlignedMatrix& words, const AlignedMatrix& contexts,
                            std::size_t dimension, const WindowTable& window,
                            const NegativeSampler& sampler, double negatives,
                            ThreadTeam& team) const {
    std::vector<Sums> parts(ranges_.size());
    team.for_each(ranges_.size(), [&](std::size_t r) {
      for (std::size_t at = ranges_[r].begin; at < ranges_[r].end; ++at)
        if (corpus_.stream()[at] != removed_token)
          add_position<Arch>(at, ranges_[r], words, contexts, dimension, window, sampler, negatives,
                             parts[r]);
    });
    Sums sums;
    for (const Sums& part : parts) {
      sums.loss += part.loss;
      sums.weight += part.weight;
    }
    return sums.weight > 0.0 ? sums.loss / sums.weight : std::numeric_limits<double>::quiet_NaN();
  }

 private:
  static constexpr std::size_t most_tokens = 1000;
  static constexpr std::uint64_t one_of = 1000;
  static constexpr std::size_t sampled = 5;

  struct Sums {
    double loss = 0.0;
    double weight = 0.0;
  };

  /// The context at a position, with each word whose window holds it.
  template <class Arch>
  void add_position(std::size_t at, IndexRange sentence, const AlignedMatrix& words,
                    const AlignedMatrix& contexts, std::size_t dimension, const WindowTable& window,
                    const NegativeSampler& sampler, double negatives, Sums& sums) const {
    RandomStream random(0, RandomPurpose::held_out_negatives, at);
    const float* rows[1 + sampled] = {contexts.row_data(corpus_.stream()[at])};
    for (std::size_t i = 0; i < sampled; ++i) rows[1 + i] = contexts.row_data(sampler.draw(random));
    const auto add = [&](std::size_t word_at, Count weight) {
      const WordId word = corpus_.stream()[word_at];
      if (word == removed_token) return;
      const auto x = [&](std::size_t i) {
        return static_cast<double>(kernels::dot<Arch>(words.row_data(word), rows[i], dimension));
      };
      double noise = 0.0;
      for (std::size_t i = 1; i <= sampled; ++i) noise += log_sigmoid(-x(i));
      const double pair = log_sigmoid(x(0)) + negatives / static_cast<double>(sampled) * noise;
      const double share = static_cast<double>(weight) / static_cast<double>(window.unit);
      sums.loss -= share * pair;
      sums.weight += share;
    };
    for (std::size_t d = 1; d <= window.after.size() && at - d >= sentence.begin; ++d)
      add(at - d, window.after[d - 1]);
    for (std::size_t d = 1; d <= window.before.size() && at + d < sentence.end; ++d)
      add(at + d, window.before[d - 1]);
  }

  const EncodedCorpus& corpus_;
  std::vector<IndexRange> ranges_;
};

}  // namespace implicitmf
