// SPDX-License-Identifier: MIT
// implicitmf train: word vectors from a text or from counts.
#include <iostream>
#include <map>
#include <memory>
#include <utility>

#include <implicitmf/counting/estimate_cells.hpp>
#include <implicitmf/embeddings/embeddings.hpp>
#include <implicitmf/io/count_file.hpp>
#include <implicitmf/io/word2vec_format.hpp>
#include <implicitmf/solvers/symmetric_svd.hpp>

#include "command.hpp"

namespace app {

namespace {

/// What the summary says of the way from input to matrix.
struct Facts {
  std::uint64_t tokens = 0;
  std::size_t vocabulary = 0;
  std::uint64_t cells = 0;
  std::uint64_t nonzeros = 0;
  double total = 0.0;
  std::uint64_t estimate = 0;
};

struct TrainCommand {
  CommonArguments common;
  CountArguments counting;
  AssociationArguments association;
  std::string method = "svd";
  std::string counts_file;
  std::string output;
  std::string context_output;
  imf::VectorChoice choice = imf::VectorChoice::words;
  imf::VectorFormat format = imf::VectorFormat::automatic;
  imf::SVDOptions svd{};

  void run() {
    if (counting.input.empty() == counts_file.empty())
      throw CLI::ValidationError("train", "give either --input or --counts");
    svd.threads = common.threads;
    ProgressDisplay display(common.progress);
    display.say(std::string("implicitmf " IMPLICITMF_VERSION_STRING " for ") +
                imf::DefaultArch::name() + ", seed " + std::to_string(svd.seed));
    svd.progress = display.callback();
    StageClock clock;
    Facts facts;
    const auto matrix = make_matrix(display, clock, facts);
    const auto model =
        clock.time("factorize", [&] { return imf::SymmetricSVD{svd}.factorize(matrix); });
    clock.time("write", [&] { write(matrix, model); });
    if (common.json)
      print_json(model, clock, facts);
    else
      print(model, clock, facts);
  }

  imf::ShiftedPMIMatrix<> make_matrix(ProgressDisplay& display, StageClock& clock,
                                      Facts& facts) const {
    // The counts end with this function: the factorization does not need them.
    const auto counts =
        counts_file.empty() ? count_text(display, clock, facts) : load(display, clock, facts);
    facts.vocabulary = counts.words().size();
    facts.cells = counts.cells().nonzeros();
    facts.total = static_cast<double>(counts.total()) / static_cast<double>(counts.unit());
    svd.validate(counts.words().size(), counts.contexts().size());
    auto matrix = clock.time("associate", [&] { return association.associate(counts, common); });
    facts.nonzeros = matrix.matrix().nonzeros();
    return matrix;
  }

  imf::CooccurrenceCounts count_text(ProgressDisplay& display, StageClock& clock,
                                     Facts& facts) const {
    const auto corpus =
        clock.time("read", [&] { return counting.read(common, display.callback()); });
    facts.tokens = corpus.statistics().tokens_read;
    if (!common.json) print_corpus(corpus);
    const std::size_t words = corpus.vocabulary().size();
    svd.validate(words, words);
    plan(display, facts, 2 * corpus.memory_bytes(),
         imf::estimate_cells(corpus.vocabulary(), 2 * counting.window), words, words);
    return clock.time("count", [&] { return counting.count(corpus, common, display.callback()); });
  }

  imf::CooccurrenceCounts load(ProgressDisplay& display, StageClock& clock, Facts& facts) const {
    auto counts = clock.time("read", [&] { return imf::load_counts(counts_file); });
    facts.tokens = counts.words().tokens();
    plan(display, facts, 0, counts.cells().nonzeros(), counts.words().size(),
         counts.contexts().size());
    return counts;
  }

  /// Says what memory the work takes, and refuses to go on above the ceiling.
  void plan(ProgressDisplay& display, Facts& facts, std::uint64_t ids, std::uint64_t cells,
            std::size_t rows, std::size_t cols) const {
    const std::uint64_t vocabulary = 40 * (std::uint64_t{rows} + cols);
    const std::uint64_t counts = 12 * cells;
    const std::uint64_t matrix = 16 * cells;
    const std::uint64_t solver = imf::BlockLanczos<>::memory_bytes(rows, cols, svd.dimension);
    facts.estimate = ids + vocabulary + counts + matrix + solver;
    display.say("needs at most about " + imf::format_bytes(facts.estimate) + ": ids " +
                imf::format_bytes(ids) + ", counts " + imf::format_bytes(counts) + ", matrix " +
                imf::format_bytes(matrix) + ", factors and their bases " +
                imf::format_bytes(solver));
    check_memory(facts.estimate, counting.memory_gib);
  }

  void write(const imf::ShiftedPMIMatrix<>& matrix, const imf::SVDResult& model) const {
    if (choice == imf::VectorChoice::words)
      imf::save_word2vec(output, model.words(), *matrix.shared_words(), format);
    else
      imf::save_word2vec(output, imf::choose_vectors(model.factors, choice),
                         choice == imf::VectorChoice::contexts ? *matrix.shared_contexts()
                                                               : *matrix.shared_words(),
                         format);
    if (!context_output.empty())
      imf::save_word2vec(context_output, model.contexts(), *matrix.shared_contexts(), format);
  }

  void print_json(const imf::SVDResult& model, const StageClock& clock, const Facts& facts) const {
    Json options = counting.to_json();
    options.update(association.to_json());
    options.update(Json{{"method", method},
                        {"counts", counts_file},
                        {"output", output},
                        {"context_output", context_output},
                        {"dim", svd.dimension},
                        {"eig", svd.power},
                        {"tolerance", svd.tolerance},
                        {"max_products", svd.max_products},
                        {"seed", svd.seed},
                        {"threads", imf::resolve_threads(common.threads)}});
    std::cout << Json{{"version", IMPLICITMF_VERSION_STRING},
                      {"instruction_set", imf::DefaultArch::name()},
                      {"tokens", facts.tokens},
                      {"vocabulary", facts.vocabulary},
                      {"cells", facts.cells},
                      {"nonzeros", facts.nonzeros},
                      {"total", facts.total},
                      {"rank", model.rank},
                      {"products", model.products},
                      {"restarts", model.restarts},
                      {"stop_reason", imf::to_string(model.reason)},
                      {"singular_values", model.singular_values},
                      {"residuals", model.residuals},
                      {"seconds", clock.seconds()},
                      {"cpu_seconds", clock.cpu_seconds()},
                      {"peak_memory_bytes", imf::peak_memory_bytes()},
                      {"estimated_memory_bytes", facts.estimate},
                      {"options", options}}
                     .dump(2, ' ', false, Json::error_handler_t::replace)
              << '\n';
  }

  void print(const imf::SVDResult& model, const StageClock& clock, const Facts& facts) const {
    std::cout << facts.cells << " cells, |D| = " << facts.total << "; " << facts.nonzeros
              << " stored in the matrix\n"
              << "singular values " << model.singular_values.front() << " ... "
              << model.singular_values.back() << ", rank " << model.rank << " of " << svd.dimension
              << "; " << model.products << " products, " << imf::to_string(model.reason)
              << "\nseconds:";
    for (const auto& [stage, seconds] : clock.seconds().items())
      std::cout << " " << stage << " " << with_unit(seconds.get<double>());
    std::cout << "\npeak memory " << imf::format_bytes(imf::peak_memory_bytes()) << "; vectors in "
              << output << '\n';
    if (model.rank < svd.dimension)
      std::cout << "the matrix has rank " << model.rank << ": the columns beyond it are zero\n";
  }
};

const std::map<std::string, imf::VectorChoice> vector_choices = {{"w", imf::VectorChoice::words},
                                                                 {"c", imf::VectorChoice::contexts},
                                                                 {"w+c", imf::VectorChoice::sum}};
const std::map<std::string, imf::VectorFormat> vector_formats = {
    {"auto", imf::VectorFormat::automatic},
    {"text", imf::VectorFormat::text},
    {"binary", imf::VectorFormat::binary}};

void add_factorization(CLI::App& command, TrainCommand& arguments) {
  command.add_option("--dim", arguments.svd.dimension, "dimensions of the vectors")
      ->check(whole_number(1))
      ->capture_default_str();
  command
      .add_option("--eig", arguments.svd.power,
                  "power p of the singular values in W = U S^p, C = V S^(1-p), 0 to 1")
      ->capture_default_str();
  command
      .add_option(
          "--tolerance", arguments.svd.tolerance,
          "largest residual beside its singular value; below 3e-5 single precision may stop it")
      ->capture_default_str();
  command
      .add_option("--max-products", arguments.svd.max_products,
                  "end after so many products with 16 vectors")
      ->check(whole_number(2))
      ->capture_default_str();
  command.add_option("--seed", arguments.svd.seed, "seed of the random start")
      ->check(whole_number())
      ->capture_default_str();
}

}  // namespace

void add_train(CLI::App& application) {
  CLI::App& command =
      *application.add_subcommand("train", "Make word vectors from a text or from counts.");
  const auto arguments = std::make_shared<TrainCommand>();
  command.add_option("--method", arguments->method, "svd: truncated SVD of the association matrix")
      ->check(CLI::IsMember({"svd"}).description(""))
      ->capture_default_str();
  arguments->counting.add_to(command, false);
  command.add_option("--counts", arguments->counts_file, "file of counts, instead of a text");
  command.add_option("--output", arguments->output, "file of vectors to write")->required();
  command.add_option("--context-output", arguments->context_output,
                     "write the context vectors to this file too");
  command.add_option("--vectors", arguments->choice, "vectors to write: w, c, w+c")
      ->transform(CLI::CheckedTransformer(vector_choices).description(""))
      ->default_str("w");
  command.add_option("--format", arguments->format, "auto (text if .txt or .vec), text, binary")
      ->transform(CLI::CheckedTransformer(vector_formats).description(""))
      ->default_str("auto");
  arguments->association.add_to(command);
  add_factorization(command, *arguments);
  arguments->common.add_to(command);
  command.callback([arguments] { arguments->run(); });
}

}  // namespace app
