// SPDX-License-Identifier: MIT
// implicitmf train --method wmf: from a text or from counts by weighted factorization.
#include <cmath>
#include <cstdio>
#include <iostream>
#include <stdexcept>
#include <string>

#include <implicitmf/objectives/global_objective.hpp>
#include <implicitmf/solvers/weighted_factorization.hpp>

#include "train.hpp"

namespace app {

namespace {

struct WeightedTraining : TrainArguments {
  void run() {
    set_options();
    ProgressDisplay display(common.progress);
    display.say(std::string("implicitmf " IMPLICITMF_VERSION_STRING " for ") +
                imf::DefaultArch::name() + ", seed " + std::to_string(seed));
    weighted.progress = display.callback();
    const imf::WeightedFactorization<> solver(weighted);
    StageClock clock;
    CountFacts facts;
    std::uint64_t estimate = 0;
    const auto counts = make_counts(
        display, clock, facts,
        [&](std::uint64_t ids, std::uint64_t cells, std::size_t rows, std::size_t cols) {
          // A file of counts does not say so before they are looked at.
          const bool symmetric = counts_file.empty() && association.smoothing == 1.0 &&
                                 counting.side == imf::WindowSide::symmetric;
          const std::uint64_t work = solver.memory_bytes(rows, cols, cells, symmetric);
          // Cells stand twice for a moment while they are counted.
          const std::uint64_t of_counts = (ids == 0 ? 12 : 24) * cells;
          estimate = ids + 40 * (std::uint64_t{rows} + cols) + of_counts + work;
          display.say("needs at most about " + imf::format_bytes(estimate) + ": ids " +
                      imf::format_bytes(ids) + ", counts " + imf::format_bytes(of_counts) +
                      ", factors and their steps " + imf::format_bytes(work));
          check_memory(estimate, counting.memory_gib);
        });
    const imf::GlobalObjective<> objective = clock.time("optimum", [&] {
      return imf::GlobalObjective<>(
          counts, imf::SGNSObjective(counts, association.negatives,
                                     imf::SmoothedContexts{.alpha = association.smoothing}));
    });
    const auto model = clock.time("factorize", [&] { return solver.factorize(objective); });
    clock.time("write",
               [&] { write(model.factors, counts.shared_words(), counts.shared_contexts()); });
    if (common.json)
      print_json(objective, model, clock, facts, estimate);
    else
      print(objective, model, clock, facts);
    if (model.reason == imf::StopReason::stopped)
      throw std::runtime_error("stopped after " + std::to_string(model.passes.size() - 1) +
                               " passes; the vectors as they are lie in " + output);
  }

  void set_options() {
    weighted.dimension = dimension;
    weighted.power = power;
    weighted.tolerance = tolerance.value_or(weighted.tolerance);
    weighted.seed = seed;
    weighted.threads = common.threads;
    association.negatives = negatives.value_or(5.0);
    association.smoothing = smoothing.value_or(1.0);
    weighted.validate();
    imf::ShiftedPMIOptions{.negatives = association.negatives}.validate();
    imf::SmoothedContexts{.alpha = association.smoothing}.validate();
  }

  void print_json(const imf::GlobalObjective<>& objective, const imf::WeightedResult& model,
                  const StageClock& clock, const CountFacts& facts, std::uint64_t estimate) const {
    Json passes = Json::array();
    for (const imf::WeightedPass& pass : model.passes)
      passes.push_back({{"objective", pass.objective},
                        {"deviation", pass.deviation},
                        {"seconds", pass.seconds}});
    std::cout << Json{{"version", IMPLICITMF_VERSION_STRING},
                      {"instruction_set", imf::DefaultArch::name()},
                      {"tokens", facts.tokens},
                      {"vocabulary", facts.vocabulary},
                      {"cells", facts.cells},
                      {"total", facts.total},
                      {"symmetric", objective.is_symmetric()},
                      {"optimum", objective.optimum()},
                      {"passes", passes},
                      {"evaluations", model.evaluations},
                      {"stop_reason", imf::to_string(model.reason)},
                      {"singular_values", model.singular_values},
                      {"seconds", clock.seconds()},
                      {"cpu_seconds", clock.cpu_seconds()},
                      {"peak_memory_bytes", imf::peak_memory_bytes()},
                      {"estimated_memory_bytes", estimate},
                      {"options", to_json()}}
                     .dump(2, ' ', false, Json::error_handler_t::replace)
              << '\n';
  }

  void print(const imf::GlobalObjective<>& objective, const imf::WeightedResult& model,
             const StageClock& clock, const CountFacts& facts) const {
    std::cout << facts.cells << " cells, |D| = " << facts.total << "; the optimum is "
              << objective.optimum() / objective.total() << " nats a pair\n";
    const auto line = [&](const char* name, const imf::WeightedPass& pass) {
      char text[128];
      std::snprintf(text, sizeof text, "%s: %.4f nats a pair, %.2f %% from the optimum, %.1f s\n",
                    name, pass.objective / objective.total(), 100.0 * pass.deviation, pass.seconds);
      std::cout << text;
    };
    line("start", model.passes.front());
    line("end", model.passes.back());
    std::cout << model.passes.size() - 1 << " passes, " << imf::to_string(model.reason)
              << "; singular values " << model.singular_values.front() << " ... "
              << model.singular_values.back() << "\n";
    print_end(clock);
  }
};

}  // namespace

void train_wmf(const TrainArguments& arguments) { WeightedTraining{arguments}.run(); }

}  // namespace app
