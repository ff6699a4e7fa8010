// SPDX-License-Identifier: MIT
// implicitmf train --method wmf: from a text or from counts by weighted factorization.
#include <cmath>
#include <cstdio>
#include <iostream>
#include <stdexcept>
#include <string>

#include <implicitmf/solvers/weighted_factorization.hpp>

#include "train.hpp"

namespace app {

namespace {

struct WeightedTraining : TrainArguments {
  void run() {
    set_options();
    ProgressDisplay display(common.progress);
    announce(display);
    weighted.progress = display.callback();
    const imf::WeightedFactorization<> solver(weighted);
    StageClock clock;
    CountFacts facts;
    const auto counts =
        make_counts(display, clock, facts, plan_objective(display, facts, [&solver](auto... size) {
                      return solver.memory_bytes(size...);
                    }));
    const imf::GlobalObjective<> objective = make_objective(counts, clock);
    const auto model = clock.time("factorize", [&] { return solver.factorize(objective); });
    clock.time("write",
               [&] { write(model.factors, counts.shared_words(), counts.shared_contexts()); });
    write_record(objective, model, clock, facts);
    if (!common.json) print(objective, model, clock, facts);
    if (model.reason == imf::StopReason::stopped)
      throw std::runtime_error("stopped after " + std::to_string(model.passes.size() - 1) +
                               " passes; the vectors as they are lie in " + output);
  }

  void set_options() {
    weighted.dimension = dimension;
    weighted.power = power;
    weighted.tolerance = tolerance.value_or(weighted.tolerance);
    weighted.max_seconds = max_seconds;
    weighted.seed = seed;
    weighted.threads = common.threads;
    choose_objective();
    weighted.validate();
  }

  void write_record(const imf::GlobalObjective<>& objective, const imf::WeightedResult& model,
                    const StageClock& clock, const CountFacts& facts) const {
    Json passes = Json::array();
    for (const imf::WeightedPass& pass : model.passes)
      passes.push_back({{"objective", pass.objective},
                        {"deviation", pass.deviation},
                        {"seconds", pass.seconds}});
    Json all = facts.to_json();
    all.update(Json{{"symmetric", objective.is_symmetric()},
                    {"optimum", objective.optimum()},
                    {"passes", passes},
                    {"evaluations", model.evaluations},
                    {"stop_reason", imf::to_string(model.reason)},
                    {"singular_values", model.singular_values}});
    record(all, clock, facts.estimate);
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
    if (weighted.l2 > 0.0 && model.passes.back().objective < model.passes.front().objective) {
      char text[128];
      std::snprintf(text, sizeof text,
                    "the L2 term with lambda = %g outweighs these counts: --l2 0 leaves it out\n",
                    weighted.l2);
      std::cout << text;
    }
    std::cout << model.passes.size() - 1 << " passes, " << imf::to_string(model.reason)
              << "; singular values " << model.singular_values.front() << " ... "
              << model.singular_values.back() << "\n";
    print_end(clock);
  }
};

}  // namespace

void train_wmf(const TrainArguments& arguments) { WeightedTraining{arguments}.run(); }

}  // namespace app
