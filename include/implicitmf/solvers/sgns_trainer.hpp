// SPDX-License-Identifier: MIT
/// \file
/// SGNSTrainer: word and context vectors by skip-gram with negative sampling.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <implicitmf/core/errors.hpp>
#include <implicitmf/core/matrix.hpp>
#include <implicitmf/core/parallel.hpp>
#include <implicitmf/core/random.hpp>
#include <implicitmf/core/types.hpp>
#include <implicitmf/corpus/encoded_corpus.hpp>
#include <implicitmf/corpus/subsampling.hpp>
#include <implicitmf/objectives/held_out_sample.hpp>
#include <implicitmf/objectives/negative_sampler.hpp>
#include <implicitmf/solvers/factors.hpp>
#include <implicitmf/solvers/sgns_options.hpp>
#include <implicitmf/solvers/sgns_run.hpp>
#include <implicitmf/solvers/sgns_step.hpp>
#include <implicitmf/solvers/training_windows.hpp>

namespace implicitmf {

/// Skip-gram with negative sampling (Mikolov et al., NIPS 2013): maximises the expectation of
/// log σ(w·c) + k E_q log σ(−w·c') over the pairs of words and contexts by stochastic gradients.
/// Its optimum for enough dimensions is w·c = PMI(w,c) − log k (Levy & Goldberg, NIPS 2014).
///
/// ```
/// const SGNSResult model = SGNSTrainer{{.dimension = 300, .epochs = 5}}.train(corpus);
/// ```
///
/// Words and contexts have vectors of their own, W and C; w·c is what is trained. W begins uniform
/// in ±1/(2d) and C as zeros, as word2vec's do, or as given.
///
/// Where negatives are shared, what they do on average is done by mean vectors, which leaves the
/// expected moves and takes more than half of their variance (docs/theory.md).
///
/// \par Threads      Without `deterministic` all threads write to the same rows without locks
///                   (Hogwild; Recht et al., NIPS 2011): races by design, harmless to the quality,
///                   and another result each time. One thread gives the same bits each time.
/// \par Determinism  With `deterministic`, what moves the rows is found for up to 32 groups of
///                   windows from the same vectors, while up to 32 before them are yet to move. Of
///                   up to 8 blocks of columns (2 for d = 100, 4 for 300) each thread has one, two,
///                   four or all, and only parts of dot products go between threads: the same bits
///                   for any number of them. On one thread it takes about a third longer than
///                   without; more gain less, and none beyond the number of blocks.
/// \par Memory       memory_bytes(): 4 (V_W + V_C) d bytes, twice that with `deterministic`, thrice
///                   with AdaGradStep, and up to some MiB of windows for each thread; the corpus's
///                   ids once more with `held_out`.
/// \par Thread safety  train() may be called concurrently.
template <SGNSStep Step = GradientStep<>, NegativesPolicy Negatives = SampledNegatives<>>
class SGNSTrainer {
 public:
  explicit SGNSTrainer(SGNSOptions options = {}, Negatives negatives = {}, Step step = {})
      : options_(std::move(options)), negatives_(std::move(negatives)), step_(std::move(step)) {}

  /// Vectors of a corpus's words, which are its contexts too; q from the vocabulary's counts.
  /// \throws ConfigError  an option is out of its range
  /// \throws InputError   `start` has another shape or entries beyond 1e6, the vocabulary has no
  ///                      counts, or no word has another in its window
  /// \throws NumericError after an epoch a vector's norm is above 100, and above ten times the
  ///                      largest of `start`: the rate is too high
  [[nodiscard]] SGNSResult train(const EncodedCorpus& corpus,
                                 std::optional<Factors> start = std::nullopt) const {
    validate();
    const std::size_t words = corpus.vocabulary().size();
    std::vector<Count> counts;
    for (WordId id = 0; id < words; ++id) counts.push_back(corpus.vocabulary().count(id));
    const NegativeSampler sampler(counts, negatives_.distribution, negatives_.collision);
    ThreadTeam team(options_.threads);
    if (!options_.held_out)
      return run(corpus_windows(corpus), sampler, words, words, std::move(start), team,
                 [](const Factors&) { return 0.0; });
    const HeldOutSample sample(corpus);
    const EncodedCorpus rest = sample.rest();
    const auto loss = [&](const Factors& f) {
      return sample.loss(f.words, f.contexts, options_.dimension, options_.window, sampler,
                         options_.negatives, team);
    };
    return run(corpus_windows(rest), sampler, words, words, std::move(start), team, loss);
  }

  /// Vectors of words and contexts from pairs, in the order given, without subsampling; q from the
  /// contexts' pairs.
  /// \param words     rows of W; \param contexts rows of C
  /// \throws InputError   a pair has an id that is no row, there is no pair, or `start` has another
  ///                      shape or is not finite
  /// \throws ConfigError, NumericError  as above; held_out needs a corpus
  [[nodiscard]] SGNSResult train(std::span<const WordPair> pairs, std::size_t words,
                                 std::size_t contexts,
                                 std::optional<Factors> start = std::nullopt) const {
    validate();
    if (options_.held_out)
      throw ConfigError("held_out", "needs a corpus, whose sentences it keeps");
    if (pairs.empty()) throw InputError("pairs: there are none");
    std::vector<Count> counts(contexts);
    for (std::size_t i = 0; i < pairs.size(); ++i) {
      if (pairs[i].word >= words || pairs[i].context >= contexts)
        throw InputError("pair " + std::to_string(i) + ": word " + std::to_string(pairs[i].word) +
                         " of " + std::to_string(words) + ", context " +
                         std::to_string(pairs[i].context) + " of " + std::to_string(contexts) +
                         ": no such id");
      ++counts[pairs[i].context];
    }
    const NegativeSampler sampler(counts, negatives_.distribution, negatives_.collision);
    ThreadTeam team(options_.threads);
    return run(PairWindows(pairs), sampler, words, contexts, std::move(start), team,
               [](const Factors&) { return 0.0; });
  }

  /// Bytes that training takes beside the corpus, at most about.
  [[nodiscard]] std::uint64_t memory_bytes(std::size_t words, std::size_t contexts) const noexcept {
    const std::size_t vector = AlignedMatrix::padded(options_.dimension);
    const std::size_t row = step_.row_floats(options_.dimension);
    const std::size_t threads = resolve_threads(options_.threads);
    const bool copied = options_.deterministic || row > vector;
    return std::uint64_t{sizeof(float)} * (words + contexts) * (copied ? row + vector : row) +
           detail::window_list_bytes(options_.window,
                                     negatives_.sharing(options_.dimension).windows == 0) *
               (options_.deterministic ? std::max<std::size_t>(threads, 8) : threads);
  }

 private:
  void validate() const {
    options_.validate();
    negatives_.validate();
    negatives_.sharing(options_.dimension).validate();
  }
  [[nodiscard]] CorpusWindows corpus_windows(const EncodedCorpus& corpus) const {
    return CorpusWindows(corpus, options_.window, Subsampling{options_.subsample}, options_.seed);
  }

  template <class Source, class Loss>
  [[nodiscard]] SGNSResult run(const Source& source, const NegativeSampler& sampler,
                               std::size_t words, std::size_t contexts,
                               std::optional<Factors> start, ThreadTeam& team,
                               const Loss& loss) const {
    const auto begin = std::chrono::steady_clock::now();
    if (start) detail::require_start(*start, words, contexts, options_.dimension);
    detail::SGNSRun<Step, Source> training(
        options_, step_, source, sampler, negatives_.sharing(options_.dimension),
        start ? std::move(*start) : random_start(words, contexts), team);
    SGNSResult result = training.run(loss);
    result.seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    return result;
  }

  [[nodiscard]] Factors random_start(std::size_t words, std::size_t contexts) const {
    Factors start{AlignedMatrix::on_huge_pages(words, options_.dimension),
                  AlignedMatrix::on_huge_pages(contexts, options_.dimension)};
    for (std::size_t r = 0; r < words; ++r) {
      RandomStream random(options_.seed, RandomPurpose::start_vectors, r);
      for (float& x : start.words.row(r))
        x = static_cast<float>((random.uniform() - 0.5) / static_cast<double>(options_.dimension));
    }
    return start;
  }

  SGNSOptions options_;
  Negatives negatives_;
  Step step_;
};

}  // namespace implicitmf
