// SPDX-License-Identifier: MIT
/// \file
/// What the methods of `implicitmf train` share.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include <implicitmf/embeddings/embeddings.hpp>
#include <implicitmf/io/vector_file.hpp>
#include <implicitmf/objectives/global_objective.hpp>
#include <implicitmf/solvers/glove_factorization.hpp>
#include <implicitmf/solvers/sgns_trainer.hpp>
#include <implicitmf/solvers/singular_triplets.hpp>
#include <implicitmf/solvers/stochastic_factorization.hpp>
#include <implicitmf/solvers/weighted_factorization.hpp>

#include "command.hpp"

namespace app {

/// A value as records have it, null where there is none.
template <class T>
[[nodiscard]] Json given_or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json();
}

/// What a record says of the way from input to counts.
struct CountFacts {
  std::uint64_t tokens = 0;
  std::size_t vocabulary = 0;
  std::uint64_t cells = 0;
  double total = 0.0;
  std::string made_with;
  std::uint64_t estimate = 0;  ///< of the memory in bytes
  [[nodiscard]] Json to_json() const;
};

/// Told what is to come before it is made: bytes of the ids, cells at most about, words, contexts.
using MemoryPlan = std::function<void(std::uint64_t, std::uint64_t, std::size_t, std::size_t)>;

/// Bytes that a solver takes, of words, contexts, observed cells, and whether they are symmetric.
using SolverMemory = std::function<std::uint64_t(std::size_t, std::size_t, std::uint64_t, bool)>;

/// Options of `train`, for all methods.
struct TrainArguments {
  CommonArguments common;
  CountArguments counting;
  AssociationArguments association;
  std::string method = "svd";
  std::string counts_file;
  std::string output;
  std::string context_output;
  std::string record_file;
  std::optional<imf::VectorChoice> choice;
  imf::VectorFormat format = imf::VectorFormat::automatic;
  std::optional<double> negatives;
  std::size_t dimension = 100;
  std::uint64_t seed = 1;
  std::optional<double> smoothing;
  std::optional<double> tolerance;
  double power = 0.5;
  imf::SVDOptions svd{};
  /// Of the L2, benchmarks/objective.py rare shows what it is worth.
  imf::WeightedOptions weighted{.l2 = 3.0};
  imf::StochasticOptions stochastic{};
  std::optional<std::size_t> epochs;
  std::optional<double> learning_rate;
  double max_seconds = 0.0;
  imf::SGNSOptions sgns{};
  imf::GloVeOptions glove{};
  imf::GloVeWeighting weighting{};
  imf::SampledNegatives<> sampling{};
  bool adagrad = false;
  std::string start = "random";
  std::optional<imf::RateSchedule> schedule;  ///< none: by `start`

  /// The vectors to write: GloVe's authors take the sum.
  [[nodiscard]] imf::VectorChoice chosen() const noexcept {
    return choice.value_or(method == "glove" ? imf::VectorChoice::sum : imf::VectorChoice::words);
  }
  /// Says what runs.
  void announce(ProgressDisplay& display) const;
  /// The counts of the text, or of the file of counts.
  [[nodiscard]] imf::CooccurrenceCounts make_counts(ProgressDisplay& display, StageClock& clock,
                                                    CountFacts& facts,
                                                    const MemoryPlan& plan) const;
  /// What takes less memory.
  [[nodiscard]] std::string smaller() const;
  /// The k and the smoothing of the objective of counts: 5 and none where nothing is said.
  void choose_objective();
  /// Says what memory a solver of this objective takes, and refuses to go on above the ceiling.
  [[nodiscard]] MemoryPlan plan_objective(ProgressDisplay& display, CountFacts& facts,
                                          SolverMemory solver) const;
  /// \param counts  outlive it
  [[nodiscard]] imf::GlobalObjective<> make_objective(const imf::CooccurrenceCounts& counts,
                                                      StageClock& clock) const;
  /// Writes the vectors that were asked for.
  void write(const imf::Factors& factors, const std::shared_ptr<const imf::Vocabulary>& words,
             const std::shared_ptr<const imf::Vocabulary>& contexts) const;
  /// The end of every summary: seconds of the stages, peak memory, where the vectors are.
  void print_end(const StageClock& clock) const;
  /// The file that the record goes to; none where the vectors go to no file and none is named.
  [[nodiscard]] std::filesystem::path record_path() const;
  /// Writes the record of the run, which --json prints too: what every method has, and its own
  /// facts in the middle.
  void record(const Json& facts, const StageClock& clock, std::uint64_t estimate) const;
  /// All options, for the record.
  [[nodiscard]] Json to_json() const;
};

void train_glove(const TrainArguments& arguments);
void train_svd(const TrainArguments& arguments);
void train_sgns(const TrainArguments& arguments);
void train_smf(const TrainArguments& arguments);
void train_wmf(const TrainArguments& arguments);

}  // namespace app
