// SPDX-License-Identifier: MIT
// The program `implicitmf`: word vectors from text, and what is in them.
#include <exception>
#include <iostream>
#include <new>
#include <string>

#include "command.hpp"

namespace {

constexpr int failed = 1;
constexpr int wrong_usage = 2;

int complain(const std::string& message, int status) {
  std::cerr << "implicitmf: " << message << '\n';
  return status;
}

int run(int argc, char** argv) {
  CLI::App application("Word embeddings by implicit matrix factorization.");
  application.name("implicitmf");
  application.set_version_flag("--version", "implicitmf " IMPLICITMF_VERSION_STRING ", built for " +
                                                std::string(implicitmf::DefaultArch::name()));
  application.require_subcommand(1);
  application.footer(
      "Each command has its own --help. Exit status: 0 done, 1 failed, 2 wrong usage.");
  app::add_train(application);
  app::add_count(application);
  app::add_export(application);
  app::add_neighbors(application);
  app::add_analogy(application);
  app::add_evaluate(application);
  app::add_convert(application);
  app::add_objective(application);
  app::add_report(application);
  if (const std::string first = argc > 1 ? argv[1] : "-";
      !first.starts_with('-') &&
      application
          .get_subcommands([&](const CLI::App* command) { return command->get_name() == first; })
          .empty())
    return complain("no command \"" + first + "\": see --help", wrong_usage);
  try {
    application.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return application.exit(error) == 0 ? 0 : wrong_usage;
  }
  return std::cout.flush() ? 0 : complain("can't write to standard output", failed);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const implicitmf::ConfigError& error) {
    return complain(app::in_program_terms(error.what()), wrong_usage);
  } catch (const std::bad_alloc&) {
    return complain(
        "out of memory: lower what --help lists of --max-vocab, --window, --dim and --sampled, or "
        "raise --min-count",
        failed);
  } catch (const std::exception& error) {
    return complain(app::in_program_terms(error.what()), failed);
  }
}
