// SPDX-License-Identifier: MIT
// implicitmf train --method smf: from a text or from counts by stochastic factorization.
#include <cstdio>
#include <iostream>
#include <stdexcept>
#include <string>

#include <implicitmf/core/parallel.hpp>
#include <implicitmf/solvers/stochastic_factorization.hpp>

#include "train.hpp"

namespace app {

namespace {

struct StochasticTraining : TrainArguments {
  void run() {
    set_options();
    ProgressDisplay display(common.progress);
    announce(display);
    stochastic.progress = display.callback();
    const imf::StochasticFactorization<> solver(stochastic);
    StageClock clock;
    CountFacts facts;
    const auto counts =
        make_counts(display, clock, facts, plan_objective(display, facts, [&solver](auto... size) {
                      return solver.memory_bytes(size...);
                    }));
    const imf::GlobalObjective<> objective = make_objective(counts, clock);
    std::string failure;
    const auto model =
        clock.time("factorize", [&] { return factorize(solver, objective, failure); });
    clock.time("write",
               [&] { write(model.factors, counts.shared_words(), counts.shared_contexts()); });
    const double observed = clock.time("measure", [&] {
      imf::ThreadTeam team(common.threads);
      return objective.deviation(objective.observed_value(model.words(), model.contexts(), team));
    });
    write_record(objective, model, observed, clock, facts);
    if (!common.json) print(objective, model, observed, clock, facts);
    if (model.reason == imf::StopReason::diverged)
      throw imf::NumericError(failure + "; the vectors from before it lie in " + output);
    if (model.reason == imf::StopReason::stopped)
      throw std::runtime_error("stopped after " + std::to_string(model.epochs.size() - 1) +
                               " epochs; the vectors as they are lie in " + output);
  }

  void set_options() {
    stochastic.dimension = dimension;
    stochastic.power = power;
    stochastic.epochs = epochs.value_or(stochastic.epochs);
    stochastic.learning_rate = learning_rate.value_or(stochastic.learning_rate);
    stochastic.max_seconds = max_seconds;
    stochastic.samples = 1'000'000;
    stochastic.seed = seed;
    stochastic.threads = common.threads;
    choose_objective();
    stochastic.validate();
  }

  /// Of a rate that is too high, what was good, and what failed.
  static imf::StochasticResult factorize(const imf::StochasticFactorization<>& solver,
                                         const imf::GlobalObjective<>& objective,
                                         std::string& failure) {
    try {
      return solver.factorize(objective);
    } catch (const imf::StochasticDivergence& divergence) {
      failure = divergence.what();
      return divergence.last();
    }
  }

  void write_record(const imf::GlobalObjective<>& objective, const imf::StochasticResult& model,
                    double observed, const StageClock& clock, const CountFacts& facts) const {
    Json done = Json::array();
    for (const imf::StochasticEpoch& epoch : model.epochs)
      done.push_back({{"objective", epoch.objective.value},
                      {"standard_error", epoch.objective.standard_error},
                      {"deviation", epoch.deviation},
                      {"seconds", epoch.seconds}});
    Json all = facts.to_json();
    all.update(Json{{"optimum", objective.optimum()},
                    {"samples", stochastic.samples},
                    {"epochs", done},
                    {"best_epoch", model.best},
                    {"observed_deviation", observed},
                    {"stop_reason", imf::to_string(model.reason)},
                    {"singular_values", model.singular_values}});
    record(all, clock, facts.estimate);
  }

  void print(const imf::GlobalObjective<>& objective, const imf::StochasticResult& model,
             double observed, const StageClock& clock, const CountFacts& facts) const {
    std::cout << facts.cells << " cells, |D| = " << facts.total << "; the optimum is "
              << objective.optimum() / objective.total() << " nats a pair\n"
              << "estimates from " << stochastic.samples << " pairs of each kind:\n";
    for (std::size_t i = 0; i < model.epochs.size(); ++i) {
      const imf::StochasticEpoch& epoch = model.epochs[i];
      char text[160];
      std::snprintf(text, sizeof text,
                    "%s: %.4f nats a pair, %.2f %% from the optimum, standard error %.2f, %.1f s\n",
                    i == 0 ? "start" : ("epoch " + std::to_string(i)).c_str(),
                    epoch.objective.value / objective.total(), 100.0 * epoch.deviation,
                    100.0 * epoch.objective.standard_error / -objective.optimum(), epoch.seconds);
      std::cout << text;
    }
    if (model.best + 1 < model.epochs.size())
      std::cout << "written: the nearest, "
                << (model.best == 0 ? "the start" : "of epoch " + std::to_string(model.best))
                << "; a lower --lr or more --epochs may come nearer\n";
    char text[160];
    std::snprintf(
        text, sizeof text,
        "observed cells alone, exactly: %.2f %% from the optimum; the other pairs add to it\n",
        100.0 * observed);
    std::cout << text << imf::to_string(model.reason) << "; singular values "
              << model.singular_values.front() << " ... " << model.singular_values.back() << "\n";
    print_end(clock);
  }
};

}  // namespace

void train_smf(const TrainArguments& arguments) { StochasticTraining{arguments}.run(); }

}  // namespace app
