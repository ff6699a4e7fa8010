// SPDX-License-Identifier: MIT
/// \file
/// StochasticFactorization: the SGNS objective of counts by stochastic gradients over their cells.
#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <implicitmf/core/block_rounds.hpp>
#include <implicitmf/core/errors.hpp>
#include <implicitmf/core/matrix.hpp>
#include <implicitmf/core/parallel.hpp>
#include <implicitmf/core/progress.hpp>
#include <implicitmf/core/random.hpp>
#include <implicitmf/core/types.hpp>
#include <implicitmf/kernels/sgns_group.hpp>
#include <implicitmf/objectives/global_objective.hpp>
#include <implicitmf/objectives/objective_sample.hpp>
#include <implicitmf/solvers/block_lanczos.hpp>
#include <implicitmf/solvers/canonical_factors.hpp>
#include <implicitmf/solvers/factors.hpp>
#include <implicitmf/solvers/sgns_step.hpp>
#include <implicitmf/solvers/small_dense.hpp>
#include <implicitmf/solvers/stop_reason.hpp>
#include <implicitmf/solvers/striped_cells.hpp>
#include <implicitmf/solvers/weighted_problem.hpp>

namespace implicitmf {

/// Options of StochasticFactorization. The result depends on all but `threads`, and on
/// `max_seconds` and `progress` where they end the work: both are looked at between epochs.
struct StochasticOptions {
  std::size_t dimension = 100;  ///< d, 1 to 65536; beyond either vocabulary columns of zeros
  double power = 0.5;           ///< p of the canonical form W = U Σ^p, C = V Σ^(1−p), 0 to 1
  std::size_t epochs = 10;      ///< passes over the observed cells, at least 1
  double learning_rate = 0.1;   ///< of AdaGrad, above 0
  double negatives_per_cell = 1.0;  ///< sampled for each observed cell, above 0, at most 1000
  std::size_t head = 8;             ///< contexts of a stripe whose noise is summed, not sampled
  std::size_t stripes = 16;  ///< of words and of contexts, 1 to 256; as many threads work at most
  std::size_t samples = 100'000;   ///< of the estimate after each epoch, at least 1000
  double max_seconds = 0.0;        ///< wall-clock time to end after, of the whole; 0: none
  std::uint64_t seed = 1;          ///< of the start, the negatives and the estimates
  std::size_t threads = 0;         ///< 0: one for each processor
  ProgressCallback progress = {};  ///< told epochs done, the estimated deviation and loss

  /// \throws ConfigError
  void validate() const {
    const auto above_zero = [](const char* option, double value) {
      if (!(value > 0.0) || !std::isfinite(value))
        throw ConfigError(option, "must be above 0 and finite, not " + std::to_string(value));
    };
    if (dimension < 1 || dimension > 65536)
      throw ConfigError("dimension", "must be 1 to 65536, not " + std::to_string(dimension));
    if (!(power >= 0.0 && power <= 1.0))
      throw ConfigError("power", "must be 0 to 1, not " + std::to_string(power));
    if (epochs < 1) throw ConfigError("epochs", "must be at least 1");
    above_zero("learning_rate", learning_rate);
    above_zero("negatives_per_cell", negatives_per_cell);
    if (negatives_per_cell > 1000.0)
      throw ConfigError("negatives_per_cell",
                        "must be at most 1000, not " + std::to_string(negatives_per_cell));
    if (stripes < 1 || stripes > 256)
      throw ConfigError("stripes", "must be 1 to 256, not " + std::to_string(stripes));
    if (samples < 1000) throw ConfigError("samples", "must be at least 1000");
    if (!(max_seconds >= 0.0) || !std::isfinite(max_seconds))
      throw ConfigError("max_seconds", "must be at least 0, not " + std::to_string(max_seconds));
  }
};

/// What an epoch reached.
struct StochasticEpoch {
  SampledValue objective;  ///< L, estimated
  double deviation = 0.0;  ///< (L − L_opt) / L_opt of the estimate
  double seconds = 0.0;    ///< wall-clock time since the beginning
};

/// Vectors with what happened on the way.
struct StochasticResult {
  Factors factors;
  std::vector<double> singular_values;  ///< of W Cᵀ, descending; 0 beyond its rank
  std::vector<StochasticEpoch> epochs;  ///< the start first
  std::size_t best = 0;                 ///< the one whose vectors these are: the nearest
  StopReason reason = StopReason::epochs_done;
  double seconds = 0.0;  ///< wall-clock time

  /// W, words × d.
  [[nodiscard]] const AlignedMatrix& words() const noexcept { return factors.words; }
  /// C, contexts × d.
  [[nodiscard]] const AlignedMatrix& contexts() const noexcept { return factors.contexts; }
};

/// The rate was too high. The message names the epoch, the rate and the first row that is beyond
/// all reason.
class StochasticDivergence : public NumericError {
 public:
  StochasticDivergence(const std::string& what, StochasticResult last)
      : NumericError(what), last_(std::make_shared<const StochasticResult>(std::move(last))) {}
  /// The best that was reached before, with `reason` diverged.
  [[nodiscard]] const StochasticResult& last() const noexcept { return *last_; }

 private:
  std::shared_ptr<const StochasticResult> last_;  // an exception must copy without a throw
};

/// Maximises the SGNS objective of counts by stochastic gradients over their observed cells, each
/// with the weight of its count, instead of over the tokens of a text: the stochastic matrix
/// factorization that Levy & Goldberg (NIPS 2014, section 6) leave open. For vocabularies whose
/// square is out of reach of WeightedFactorization.
///
/// Words and contexts are cut into P stripes each. Of a word the cells in one stripe are a step:
/// its observed contexts, the most frequent contexts of the stripe with all their noise, and
/// negatives sampled from the rest, weighted so that their sum is the objective's. P blocks without
/// a word or context in common are trained at a time, so that threads do not race. AdaGrad's
/// squares are gathered in a pass before the first, so that a good start is not thrown away; where
/// an epoch ends farther from the optimum all the same, as of a few hundred words it may, the
/// vectors from before it are handed out.
///
/// \par Complexity  an epoch is O((observed cells (1 + negatives_per_cell) + P · head · V_W) d).
/// \par Memory  see memory_bytes(): 8 bytes an observed cell, 8 P bytes a word, and the vectors
///              three times; the start, unless it is given, needs more for a while.
/// \par Determinism  the same bits for any number of threads, on one machine and build.
/// \par Thread safety  factorize() may be called concurrently.
template <class Arch = DefaultArch>
class StochasticFactorization {
 public:
  explicit StochasticFactorization(StochasticOptions options = {}) : options_(std::move(options)) {}

  /// \param start  W and C to begin from, objective.rows() × d and objective.cols() × d, instead of
  ///               the singular vectors that WeightedFactorization begins from
  /// \throws ConfigError  an option is out of its range
  /// \throws InputError   the start has another shape, is not finite, or has entries beyond 1e6
  /// \throws StochasticDivergence  the rate is too high
  [[nodiscard]] StochasticResult factorize(const GlobalObjective<Arch>& objective,
                                           std::optional<Factors> start = std::nullopt) const {
    options_.validate();
    // More dimensions than words or contexts add nothing.
    const std::size_t rank = std::min(objective.rows(), objective.cols());
    if (!start && options_.dimension > rank) {
      StochasticOptions whole = options_;
      whole.dimension = rank;
      StochasticResult result = StochasticFactorization(std::move(whole)).factorize(objective);
      detail::widen(result, options_.dimension);
      return result;
    }
    if (start)
      detail::require_start(*start, objective.rows(), objective.cols(), options_.dimension);
    const detail::SerialEigen serial;
    const auto begin = Clock::now();
    Run run(options_, objective, start ? std::move(*start) : first_factors(objective), begin);
    return run.train();
  }

  /// Bytes that factorize() takes beside the counts, at most about: the matrix of the start and its
  /// bases, or the cells, the vectors with AdaGrad's squares and as the last epoch left them.
  /// \param observed  pairs that were counted
  [[nodiscard]] std::uint64_t memory_bytes(std::size_t words, std::size_t contexts,
                                           std::uint64_t observed, bool symmetric) const noexcept {
    const std::uint64_t row = 4 * AlignedMatrix::padded(options_.dimension);
    const std::uint64_t rows = std::uint64_t{words} + contexts;
    const std::uint64_t start =
        (symmetric ? 8 : 16) * observed + row * rows +
        BlockLanczos<Arch>::memory_bytes(words, contexts, options_.dimension);
    const std::uint64_t search = 8 * observed + 8 * options_.stripes * std::uint64_t{words} +
                                 3 * row * rows + 24 * std::uint64_t{options_.samples};
    const std::uint64_t squares = 20 * row * row / 2;  // what the canonical form solves
    return std::max(start, search) + squares + 48 * rows +
           resolve_threads(options_.threads) * (2000 * row + 4 * contexts / options_.stripes);
  }

 private:
  using Clock = std::chrono::steady_clock;
  using Step = AdaGradStep<Arch>;

  [[nodiscard]] Factors first_factors(const GlobalObjective<Arch>& objective) const {
    const detail::RowScales scales(objective);
    ThreadTeam team(options_.threads);
    Factors start = detail::start_factors(objective, scales, options_.dimension, options_.seed,
                                          options_.threads);
    detail::scale_rows(start.words, detail::RowScales::inverse(scales.words), team);
    detail::scale_rows(start.contexts, detail::RowScales::inverse(scales.contexts), team);
    return start;
  }

  struct alignas(buffer_alignment) Worker {
    decltype(Step::worker()) step;
    detail::CellGroup group;
  };

  class Run {
   public:
    Run(const StochasticOptions& options, const GlobalObjective<Arch>& objective, Factors start,
        Clock::time_point begin)
        : options_(options),
          objective_(objective),
          begin_(begin),
          team_(options.threads),
          sample_(objective, options.samples, options.seed),
          cells_(objective, options.stripes),
          rounds_(square_rounds(options.stripes)),
          vectors_{with_state(start.words), with_state(start.contexts)},
          best_(std::move(start)) {
      for (std::size_t q = 0; q < options.stripes; ++q)
        noise_.emplace_back(objective.noise(), q, options.stripes, options.head);
      const std::size_t places = objective.cols() / options.stripes + 1;
      for (std::size_t i = 0; i < team_.size(); ++i)
        workers_.push_back({Step::worker(), detail::CellGroup(places, options.stripes)});
    }

    [[nodiscard]] StochasticResult train() {
      result_.epochs.push_back(measure());
      const double floor = std::min(value_of_zeros(), result_.epochs.front().objective.value);
      pass(0, 0.0F);  // AdaGrad's squares alone
      for (std::size_t epoch = 1; epoch <= options_.epochs; ++epoch) {
        pass(epoch, static_cast<float>(options_.learning_rate));
        const Extreme most = largest_entry();
        const StochasticEpoch reached = measure();
        const SampledValue& value = reached.objective;
        if (!(most.entry <= beyond) || !(value.value + 5.0 * value.standard_error >= floor))
          diverge(epoch, value, floor, most);
        result_.epochs.push_back(reached);
        if (value.value > result_.epochs[result_.best].objective.value) {
          result_.best = epoch;
          keep_vectors();
        }
        const bool proceed = report(epoch);
        if (epoch == options_.epochs) break;
        if (!proceed) return finish(StopReason::stopped);
        if (options_.max_seconds > 0.0 && elapsed() >= options_.max_seconds)
          return finish(StopReason::time_limit);
      }
      return finish(StopReason::epochs_done);
    }

   private:
    static constexpr std::size_t most_cells = 48;  // of a step
    static constexpr float beyond = 1e6F;          // all reason

    void pass(std::size_t epoch, float rate) {
      for (const auto& round : rounds_)
        team_.for_each_on_thread(round.size(), [&](std::size_t i, std::size_t thread) {
          train_block(round[i], epoch, rate, workers_[thread]);
        });
    }

    void train_block(BlockPlace place, std::size_t epoch, float rate, Worker& worker) {
      RandomStream random(options_.seed, RandomPurpose::cell_negatives,
                          place.rows * options_.stripes + place.columns, epoch);
      for (std::size_t w = place.rows; w < objective_.rows(); w += options_.stripes) {
        if (objective_.word_counts()[w] == 0.0) continue;
        const std::uint64_t begin = cells_.begins[w * options_.stripes + place.columns];
        const std::uint64_t end = cells_.begins[w * options_.stripes + place.columns + 1];
        const std::uint64_t steps =
            std::max<std::uint64_t>(1, (end - begin + most_cells - 1) / most_cells);
        for (std::uint64_t s = 0; s < steps; ++s) {
          const IndexRange part = partition(end - begin, steps, s);
          train_step(w, begin + part.begin, begin + part.end, place.columns,
                     1.0 / static_cast<double>(steps), random, rate, worker);
        }
      }
    }

    /// \param share  of the noise of the word in the stripe
    void train_step(std::size_t w, std::uint64_t begin, std::uint64_t end, std::size_t stripe,
                    double share, RandomStream& random, float rate, Worker& worker) {
      detail::CellGroup& group = worker.group;
      AlignedMatrix& contexts = vectors_.contexts;
      group.begin(vectors_.words.row_data(w));
      for (std::uint64_t i = begin; i < end; ++i)
        group.add(cells_.contexts[i], contexts, cells_.counts[i], cells_.counts[i]);
      const detail::StripeNoise& noise = noise_[stripe];
      const double of_word = share * objective_.negatives() * objective_.word_counts()[w];
      for (std::size_t h = 0; h < noise.head.size(); ++h)
        group.add(noise.head[h], contexts, 0.0F, static_cast<float>(of_word) * noise.head_noise[h]);
      if (noise.tail) {
        const double wanted = options_.negatives_per_cell * static_cast<double>(end - begin);
        const auto samples = static_cast<std::size_t>(std::max(1.0, std::round(wanted)));
        const auto each =
            static_cast<float>(of_word * noise.tail_noise / static_cast<double>(samples));
        for (std::size_t i = 0; i < samples; ++i)
          group.add(static_cast<WordId>(noise.tail->draw(random()) * options_.stripes + stripe),
                    contexts, 0.0F, each);
      }
      const kernels::SGNSGroup view = group.view(kernels::whole_columns(options_.dimension));
      worker.step.dots(view, 0, view.columns, group.coefficients());
      worker.step.coefficients(view, rate, group.coefficients());
      worker.step.move(view, group.coefficients(), rate);
    }

    [[nodiscard]] AlignedMatrix with_state(const AlignedMatrix& start) const {
      return with_columns(start, Step::row_floats(options_.dimension));
    }
    /// Takes the vectors without their state for the best ones.
    void keep_vectors() {
      for (const auto& [from, to] : {std::pair(&vectors_.words, &best_.words),
                                     std::pair(&vectors_.contexts, &best_.contexts)})
        for (std::size_t r = 0; r < from->rows(); ++r)
          std::copy_n(from->row_data(r), to->cols(), to->row_data(r));
    }

    /// The entry of largest magnitude, and whose it is; NaN is the largest.
    struct Extreme {
      float entry = 0.0F;
      const char* side = "word";
      std::size_t id = 0;
      [[nodiscard]] std::string row() const { return std::string(side) + " " + std::to_string(id); }
    };
    [[nodiscard]] Extreme largest_entry() const {
      Extreme most;
      for (const auto& [matrix, side] :
           {std::pair(&vectors_.words, "word"), std::pair(&vectors_.contexts, "context")})
        for (std::size_t r = 0; r < matrix->rows(); ++r)
          for (const float x : matrix->row(r).first(options_.dimension)) {
            if (std::isnan(x)) return {x, side, r};
            if (std::abs(x) > most.entry) most = {std::abs(x), side, r};
          }
      return most;
    }

    /// L where all w·c are 0, which vectors that don't move reach.
    [[nodiscard]] double value_of_zeros() const noexcept {
      return log_sigmoid(0.0) * (objective_.total() + objective_.noise_total());
    }

    /// \param floor  what vectors that don't move reach
    [[noreturn]] void diverge(std::size_t epoch, const SampledValue& value, double floor,
                              const Extreme& most) {
      const auto a_pair = [this](double sum) { return std::to_string(sum / objective_.total()); };
      throw StochasticDivergence(
          "factorization diverged in epoch " + std::to_string(epoch) + " with learning rate " +
              std::to_string(options_.learning_rate) + " to " + a_pair(value.value) +
              " nats a pair, where vectors that don't move have " + a_pair(floor) +
              "; the largest entry is " + std::to_string(most.entry) + ", in the vector of " +
              most.row() + "; lower the learning rate",
          finish(StopReason::diverged));
    }

    [[nodiscard]] StochasticEpoch measure() {
      const SampledValue value =
          sample_.value(vectors_.words, vectors_.contexts, team_, options_.dimension);
      return {value, objective_.deviation(value.value), elapsed()};
    }

    [[nodiscard]] bool report(std::size_t epoch) const {
      if (!options_.progress) return true;
      const StochasticEpoch& reached = result_.epochs.back();
      const Progress progress{.stage = "optimizing",
                              .unit = "epochs",
                              .done = epoch,
                              .total = options_.epochs,
                              .residual = reached.deviation,
                              .rate = options_.learning_rate,
                              .loss = -reached.objective.value / objective_.total()};
      return options_.progress(progress) != ProgressAction::stop;
    }

    [[nodiscard]] StochasticResult finish(StopReason reason) {
      vectors_ = {};  // makes room for the canonical ones
      CanonicalFactors canonical = canonical_factors(best_, options_.power, team_);
      result_.factors = std::move(canonical.factors);
      result_.singular_values = std::move(canonical.singular_values);
      result_.reason = reason;
      result_.seconds = elapsed();
      return std::move(result_);
    }

    [[nodiscard]] double elapsed() const {
      return std::chrono::duration<double>(Clock::now() - begin_).count();
    }

    const StochasticOptions& options_;
    const GlobalObjective<Arch>& objective_;
    Clock::time_point begin_;
    ThreadTeam team_;
    ObjectiveSample<Arch> sample_;
    detail::StripedCells cells_;
    BlockRounds rounds_;
    std::vector<detail::StripeNoise> noise_;
    Factors vectors_;  // with AdaGrad's squares behind each
    Factors best_;     // as the epoch that came nearest left them
    std::vector<Worker> workers_;
    StochasticResult result_;
  };

  StochasticOptions options_;
};

}  // namespace implicitmf
