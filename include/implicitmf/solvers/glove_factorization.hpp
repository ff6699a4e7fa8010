// SPDX-License-Identifier: MIT
/// \file
/// GloVeFactorization: word and context vectors that fit the logarithms of counts.
#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <implicitmf/core/block_rounds.hpp>
#include <implicitmf/core/buffer.hpp>
#include <implicitmf/core/errors.hpp>
#include <implicitmf/core/matrix.hpp>
#include <implicitmf/core/parallel.hpp>
#include <implicitmf/core/progress.hpp>
#include <implicitmf/core/random.hpp>
#include <implicitmf/core/types.hpp>
#include <implicitmf/kernels/dot.hpp>
#include <implicitmf/kernels/sgns_group.hpp>
#include <implicitmf/objectives/glove_objective.hpp>
#include <implicitmf/solvers/factors.hpp>
#include <implicitmf/solvers/sgns_step.hpp>
#include <implicitmf/solvers/stop_reason.hpp>
#include <implicitmf/solvers/striped_cells.hpp>

namespace implicitmf {

/// Options of GloVeFactorization. The result depends on all but `threads` and `progress`.
struct GloVeOptions {
  std::size_t dimension = 100;  ///< d, 1 to 65536
  std::size_t epochs = 25;      ///< passes over the observed pairs, at least 1
  double learning_rate = 0.05;  ///< η of the first step, above 0; AdaGrad lowers it
  std::size_t stripes = 16;  ///< of words and of contexts, 1 to 256; as many threads work at most
  std::uint64_t seed = 1;    ///< of the vectors to begin with
  std::size_t threads = 0;   ///< 0: one for each processor
  ProgressCallback progress = {};  ///< told epochs done and −objective for each observed pair

  /// \throws ConfigError
  void validate() const {
    if (dimension < 1 || dimension > 65536)
      throw ConfigError("dimension", "must be 1 to 65536, not " + std::to_string(dimension));
    if (epochs < 1) throw ConfigError("epochs", "must be at least 1");
    if (!(learning_rate > 0.0) || !std::isfinite(learning_rate))
      throw ConfigError("learning_rate",
                        "must be above 0 and finite, not " + std::to_string(learning_rate));
    if (stripes < 1 || stripes > 256)
      throw ConfigError("stripes", "must be 1 to 256, not " + std::to_string(stripes));
  }
};

/// What an epoch reached.
struct GloVeEpoch {
  double objective = 0.0;  ///< GloVeObjective, each pair's part as it was trained, at most 0
  double seconds = 0.0;    ///< wall-clock time since the beginning
};

/// Vectors with what happened on the way: w·c + b_w + b_c ≈ log #(w,c).
struct GloVeResult {
  Factors factors;
  std::vector<float> word_biases;     ///< b_w
  std::vector<float> context_biases;  ///< b_c
  std::vector<GloVeEpoch> epochs;
  StopReason reason = StopReason::epochs_done;
  double seconds = 0.0;  ///< wall-clock time

  /// W, words × d.
  [[nodiscard]] const AlignedMatrix& words() const noexcept { return factors.words; }
  /// C, contexts × d.
  [[nodiscard]] const AlignedMatrix& contexts() const noexcept { return factors.contexts; }
  /// (w, b_w, 1) and (c, 1, b_c), d + 2 columns, which GloVeObjective::value() takes.
  [[nodiscard]] Factors with_biases() const {
    const std::size_t d = factors.words.cols();
    Factors all{with_columns(factors.words, d + 2), with_columns(factors.contexts, d + 2)};
    for (std::size_t w = 0; w < all.words.rows(); ++w) {
      all.words(w, d) = word_biases[w];
      all.words(w, d + 1) = 1.0F;
    }
    for (std::size_t c = 0; c < all.contexts.rows(); ++c) {
      all.contexts(c, d) = 1.0F;
      all.contexts(c, d + 1) = context_biases[c];
    }
    return all;
  }
};

/// GloVe (Pennington, Socher & Manning, EMNLP 2014): maximises GloVeObjective by AdaGrad over the
/// observed pairs. Its authors take w + c for the vector of a word (section 4.2).
///
/// Words and contexts are cut into P stripes each; P blocks without a word or context in common are
/// trained at a time, so that threads do not race. Up to 16 pairs of a word in a stripe are a step.
/// As in the authors' program vectors begin uniform in ±1/(2d), and the learning rate is that of
/// the first step: AdaGrad's squares begin at 1/η², and no step moves a number by more than 1, so
/// that no rate diverges. It always begins anew: the squares of a training are not handed out.
///
/// \par Complexity  an epoch is O(observed pairs · d).
/// \par Memory  memory_bytes()
/// \par Determinism  the same bits for any number of threads, on one machine and build.
/// \par Thread safety  factorize() may be called concurrently.
template <class Arch = DefaultArch>
class GloVeFactorization {
 public:
  explicit GloVeFactorization(GloVeOptions options = {}) : options_(std::move(options)) {}

  /// \throws ConfigError  an option is out of its range
  [[nodiscard]] GloVeResult factorize(const GloVeObjective<Arch>& objective) const {
    options_.validate();
    return Run(options_, objective).train();
  }

  /// Bytes beside the counts, at most about: 12 an observed pair, 8 P a word, and the vectors
  /// thrice.
  [[nodiscard]] std::uint64_t memory_bytes(std::size_t words, std::size_t contexts,
                                           std::uint64_t pairs) const noexcept {
    return 12 * pairs + 8 * options_.stripes * std::uint64_t{words} +
           12 * (std::uint64_t{words} + contexts) * AlignedMatrix::padded(options_.dimension + 2);
  }

 private:
  using Clock = std::chrono::steady_clock;
  using Step = AdaGradStep<Arch>;

  struct alignas(buffer_alignment) Worker {
    decltype(Step::worker()) step;
    detail::CellGroup group;
  };

  class Run {
   public:
    Run(const GloVeOptions& options, const GloVeObjective<Arch>& objective)
        : options_(options),
          objective_(objective),
          team_(options.threads),
          cells_(objective, options.stripes),
          rounds_(square_rounds(options.stripes)),
          vectors_{first_vectors(objective.rows(), 0), first_vectors(objective.cols(), 1)} {
      // Each step needs f · log n and f alone.
      attractions_.resize(cells_.counts.size());
      for (std::size_t i = 0; i < cells_.counts.size(); ++i) {
        const SquaredPair pair = objective.pair(static_cast<double>(cells_.counts[i]));
        attractions_[i] = static_cast<float>(pair.weight * pair.target);
        cells_.counts[i] = static_cast<float>(pair.weight);
      }
      const std::size_t places = objective.cols() / options.stripes + 1;
      for (std::size_t i = 0; i < team_.size(); ++i)
        workers_.push_back({Step::worker(), detail::CellGroup(places, options.stripes)});
    }

    [[nodiscard]] GloVeResult train() {
      GloVeResult result;
      for (std::size_t epoch = 1; epoch <= options_.epochs; ++epoch) {
        const double value = pass();
        result.epochs.push_back({value, elapsed()});
        if (!report(epoch, value)) {
          if (epoch < options_.epochs) result.reason = StopReason::stopped;
          break;
        }
      }
      result.factors = {with_columns(vectors_.words, options_.dimension),
                        with_columns(vectors_.contexts, options_.dimension)};
      for (std::size_t r = 0; r < vectors_.words.rows(); ++r)
        result.word_biases.push_back(vectors_.words(r, word_bias()));
      for (std::size_t r = 0; r < vectors_.contexts.rows(); ++r)
        result.context_biases.push_back(vectors_.contexts(r, context_bias()));
      result.seconds = elapsed();
      return result;
    }

   private:
    static constexpr std::size_t most_pairs = 16;  // of a step

    // Behind the vectors stand (b_w, 1) of a word and (1, b_c) of a context.
    [[nodiscard]] std::size_t word_bias() const noexcept { return options_.dimension; }
    [[nodiscard]] std::size_t context_bias() const noexcept { return options_.dimension + 1; }

    [[nodiscard]] AlignedMatrix first_vectors(std::size_t rows, std::size_t side) const {
      const std::size_t width = options_.dimension + 2;
      AlignedMatrix vectors = AlignedMatrix::on_huge_pages(rows, Step::row_floats(width));
      const double squares = 1.0 / (options_.learning_rate * options_.learning_rate);
      for (std::size_t r = 0; r < rows; ++r) {
        RandomStream random(options_.seed, RandomPurpose::start_vectors, r, side);
        const auto row = vectors.row(r);
        for (std::size_t k = 0; k < width; ++k)
          row[k] = static_cast<float>((random.uniform() - 0.5) /
                                      static_cast<double>(options_.dimension));
        row[side == 0 ? context_bias() : word_bias()] = 1.0F;
        std::fill(row.begin() + static_cast<std::ptrdiff_t>(AlignedMatrix::padded(width)),
                  row.end(), static_cast<float>(squares));
      }
      return vectors;
    }

    double pass() {
      double sum = 0.0;
      for (const auto& round : rounds_) {
        std::vector<double> parts(round.size());
        team_.for_each_on_thread(round.size(), [&](std::size_t i, std::size_t thread) {
          parts[i] = train_block(round[i], workers_[thread]);
        });
        for (const double part : parts) sum += part;
      }
      return sum;
    }

    double train_block(BlockPlace place, Worker& worker) {
      double sum = 0.0;
      for (std::size_t w = place.rows; w < objective_.rows(); w += options_.stripes) {
        const std::uint64_t* const begins =
            cells_.begins.data() + w * options_.stripes + place.columns;
        for (std::uint64_t i = begins[0]; i < begins[1]; i += most_pairs)
          sum += train_step(w, i, std::min(i + most_pairs, begins[1]), worker);
      }
      return sum;
    }

    double train_step(std::size_t w, std::uint64_t begin, std::uint64_t end, Worker& worker) {
      detail::CellGroup& group = worker.group;
      group.begin(vectors_.words.row_data(w));
      for (std::uint64_t i = begin; i < end; ++i)
        group.add(cells_.contexts[i], vectors_.contexts, attractions_[i], cells_.counts[i]);
      const kernels::SGNSGroup view = group.view(kernels::whole_columns(options_.dimension + 2));
      float* const g = group.coefficients();
      double sum = 0.0;
      for (std::size_t j = 0; j < view.output_count; ++j) {
        const float x = kernels::dot<Arch>(view.inputs[0], view.outputs[j], view.columns);
        g[j] = view.attraction[j] - view.weight[j] * x;
        if (view.weight[j] > 0.0F)
          sum -= 0.5 * static_cast<double>(g[j]) * static_cast<double>(g[j] / view.weight[j]);
      }
      worker.step.move(view, g, 1.0F);
      view.inputs[0][context_bias()] = 1.0F;
      for (std::size_t j = 0; j < view.output_count; ++j) view.outputs[j][word_bias()] = 1.0F;
      return sum;
    }

    [[nodiscard]] bool report(std::size_t epoch, double value) const {
      if (!options_.progress) return true;
      const Progress progress{.stage = "optimizing",
                              .unit = "epochs",
                              .done = epoch,
                              .total = options_.epochs,
                              .rate = options_.learning_rate,
                              .loss = -value / static_cast<double>(objective_.observed())};
      return options_.progress(progress) != ProgressAction::stop;
    }

    [[nodiscard]] double elapsed() const {
      return std::chrono::duration<double>(Clock::now() - begin_).count();
    }

    const GloVeOptions& options_;
    const GloVeObjective<Arch>& objective_;
    Clock::time_point begin_ = Clock::now();
    ThreadTeam team_;
    detail::StripedCells cells_;  // with weights for counts
    Buffer<float> attractions_;
    BlockRounds rounds_;
    Factors vectors_;
    std::vector<Worker> workers_;
  };

  GloVeOptions options_;
};

}  // namespace implicitmf
