// SPDX-License-Identifier: MIT
// implicitmf count: a text to a file of co-occurrence counts.
#include <iostream>
#include <memory>

#include <implicitmf/counting/estimate_cells.hpp>
#include <implicitmf/io/count_file.hpp>

#include "command.hpp"

namespace app {

namespace {

struct CountCommand {
  CommonArguments common;
  CountArguments counting;
  std::string output;

  void run() const {
    ProgressDisplay display(common.progress);
    display.say(std::string("implicitmf " IMPLICITMF_VERSION_STRING " for ") +
                imf::DefaultArch::name());
    StageClock clock;
    check_inputs_kept({output, counting.save_vocabulary},
                      {counting.input, counting.read_vocabulary});
    const auto corpus =
        clock.time("read", [&] { return counting.read(common, display.callback()); });
    const auto cells = imf::estimate_cells(corpus.vocabulary(), 2 * counting.window);
    // Cells stand twice for a moment, by blocks and joined, 12 bytes each.
    const std::uint64_t estimate = program_bytes + 2 * corpus.memory_bytes() + 24 * cells;
    display.say("needs about " + imf::format_bytes(estimate) + " for at most about " +
                with_unit(static_cast<double>(cells)) + " cells");
    check_memory(estimate, counting.memory_gib,
                 "lower --max-vocab or --window, or raise --min-count");
    const auto counts =
        clock.time("count", [&] { return counting.count(corpus, common, display.callback()); });
    clock.time("write", [&] { imf::save_counts(output, counts); });
    print(corpus, counts, clock, estimate);
  }

  void print(const imf::EncodedCorpus& corpus, const imf::CooccurrenceCounts& counts,
             const StageClock& clock, std::uint64_t estimate) const {
    const double total = static_cast<double>(counts.total()) / static_cast<double>(counts.unit());
    if (common.json) {
      Json options = counting.to_json();
      options["output"] = output;
      options["threads"] = common.threads;
      std::cout << Json{{"tokens", corpus.statistics().tokens_read},
                        {"tokens_kept", corpus.statistics().tokens_kept},
                        {"vocabulary", corpus.vocabulary().size()},
                        {"cells", counts.cells().nonzeros()},
                        {"total", total},
                        {"seconds", clock.seconds()},
                        {"cpu_seconds", clock.cpu_seconds()},
                        {"peak_memory_bytes", imf::peak_memory_bytes()},
                        {"estimated_memory_bytes", estimate},
                        {"options", options}}
                       .dump(2, ' ', false, Json::error_handler_t::replace)
                << '\n';
      return;
    }
    print_corpus(corpus);
    std::cout << counts.cells().nonzeros() << " cells, |D| = " << total << " ("
              << counts.made_with() << ")\n"
              << "peak memory " << imf::format_bytes(imf::peak_memory_bytes()) << '\n';
  }
};

}  // namespace

void add_count(CLI::App& application) {
  CLI::App& command = *application.add_subcommand("count", "Count co-occurrences of a text.");
  const auto arguments = std::make_shared<CountCommand>();
  arguments->counting.add_to(command, true);
  command.add_option("--output", arguments->output, "file of counts to write")->required();
  arguments->common.add_to(command);
  command.callback([arguments] { arguments->run(); });
}

}  // namespace app
