// SPDX-License-Identifier: MIT
// implicitmf train --method glove: from a text or from counts, as GloVe does.
#include <cstdio>
#include <iostream>
#include <stdexcept>
#include <string>

#include <implicitmf/solvers/glove_factorization.hpp>

#include "train.hpp"

namespace app {

namespace {

struct GloVeTraining : TrainArguments {
  void run() {
    set_options();
    ProgressDisplay display(common.progress);
    announce(display);
    glove.progress = display.callback();
    const imf::GloVeFactorization<> solver(glove);
    StageClock clock;
    CountFacts facts;
    const auto memory = [&solver](std::size_t words, std::size_t contexts, std::uint64_t cells,
                                  bool /*symmetric*/) {
      return solver.memory_bytes(words, contexts, cells);
    };
    const auto counts = make_counts(display, clock, facts, plan_objective(display, facts, memory));
    const imf::GloVeObjective<> objective(counts, weighting);
    const auto model = clock.time("factorize", [&] { return solver.factorize(objective); });
    clock.time("write",
               [&] { write(model.factors, counts.shared_words(), counts.shared_contexts()); });
    write_record(model, clock, facts);
    if (!common.json) print(model, clock, facts);
    if (model.reason == imf::StopReason::stopped)
      throw std::runtime_error("stopped after " + std::to_string(model.epochs.size()) +
                               " epochs; the vectors as they are lie in " + output);
  }

  void set_options() {
    glove.dimension = dimension;
    glove.epochs = epochs.value_or(glove.epochs);
    glove.learning_rate = learning_rate.value_or(glove.learning_rate);
    glove.seed = seed;
    glove.threads = common.threads;
    glove.validate();
    weighting.validate();
  }

  void write_record(const imf::GloVeResult& model, const StageClock& clock,
                    const CountFacts& facts) const {
    Json done = Json::array();
    for (const imf::GloVeEpoch& epoch : model.epochs)
      done.push_back({{"objective", epoch.objective}, {"seconds", epoch.seconds}});
    Json all = facts.to_json();
    all.update(Json{{"epochs", done}, {"stop_reason", imf::to_string(model.reason)}});
    record(all, clock, facts.estimate);
  }

  void print(const imf::GloVeResult& model, const StageClock& clock,
             const CountFacts& facts) const {
    std::cout << facts.cells << " cells, |D| = " << facts.total << '\n';
    for (std::size_t i = 0; i < model.epochs.size(); ++i) {
      const imf::GloVeEpoch& epoch = model.epochs[i];
      char text[96];
      std::snprintf(text, sizeof text, "epoch %zu: cost %.5f a cell, %.1f s\n", i + 1,
                    -epoch.objective / static_cast<double>(facts.cells), epoch.seconds);
      std::cout << text;
    }
    print_end(clock);
  }
};

}  // namespace

void train_glove(const TrainArguments& arguments) { GloVeTraining{arguments}.run(); }

}  // namespace app
