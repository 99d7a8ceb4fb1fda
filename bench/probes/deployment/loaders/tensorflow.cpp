// Answers a SavedModel's serving signature by TensorFlow's C API.
#include <tensorflow/c/c_api.h>

#include <cstdlib>

#include "loader.hpp"

// The parts of a MetaGraphDef that name a signature's tensors, read off the wire format: protobuf's C++ classes of the
// installed library are bound to one protobuf version, the format is not.
struct Field {
  uint32_t number;
  std::string bytes;
};

static uint64_t varint(const std::string& data, size_t& at) {
  uint64_t value = 0;
  for (int shift = 0; at < data.size() && shift < 64; shift += 7) {
    const uint8_t byte = data[at++];
    value |= uint64_t(byte & 0x7f) << shift;
    if (!(byte & 0x80)) return value;
  }
  throw std::runtime_error("the SavedModel's description is cut short");
}

static std::vector<Field> fields(const std::string& data) {
  std::vector<Field> found;
  for (size_t at = 0; at < data.size();) {
    const uint64_t key = varint(data, at);
    size_t length = 0;
    if ((key & 7) == 0) {
      const size_t start = at;
      varint(data, at);
      length = at - start;
      at = start;
    } else if ((key & 7) == 2) {
      length = varint(data, at);
    } else {
      length = (key & 7) == 1 ? 8 : 4;
    }
    if (at + length > data.size()) throw std::runtime_error("the SavedModel's description is cut short");
    found.push_back({uint32_t(key >> 3), data.substr(at, length)});
    at += length;
  }
  return found;
}

static std::string first(const std::vector<Field>& all, uint32_t number) {
  for (const Field& field : all)
    if (field.number == number) return field.bytes;
  return "";
}

struct Tensors {
  std::vector<std::string> inputs;
  std::string output;
};

// MetaGraphDef.signature_def (5) is a map to SignatureDef, whose inputs (1) and outputs (2) are maps to TensorInfo, whose
// name is 1. A map's entry has its key in 1 and its value in 2.
static Tensors signature(const std::string& meta, const std::string& wanted) {
  Tensors tensors;
  for (const Field& entry : fields(meta)) {
    if (entry.number != 5) continue;
    const auto pair = fields(entry.bytes);
    if (first(pair, 1) != wanted) continue;
    for (const Field& part : fields(first(pair, 2))) {
      if (part.number != 1 && part.number != 2) continue;
      const std::string name = first(fields(first(fields(part.bytes), 2)), 1);
      if (part.number == 1) tensors.inputs.push_back(name);
      else tensors.output = name;
    }
  }
  if (tensors.inputs.empty() || tensors.output.empty()) throw std::runtime_error("there is no serving signature");
  return tensors;
}

static TF_Output port(TF_Graph* graph, const std::string& name) {
  const size_t colon = name.rfind(':');
  TF_Operation* operation = TF_GraphOperationByName(graph, name.substr(0, colon).c_str());
  if (operation == nullptr) throw std::runtime_error("the signature names an operation that is not there");
  return {operation, std::stoi(name.substr(colon + 1))};
}

static void check(TF_Status* status) {
  if (TF_GetCode(status) != TF_OK) throw std::runtime_error(TF_Message(status));
}

template <typename Value>
static TF_Tensor* tensor(TF_DataType type, const std::vector<int64_t>& shape, const Value* data, size_t bytes) {
  TF_Tensor* made = TF_AllocateTensor(type, shape.data(), int(shape.size()), bytes);
  std::memcpy(TF_TensorData(made), data, bytes);
  return made;
}

static TF_Tensor* tensor_of(const Request& request, TF_Graph* graph, TF_Output at, TF_Status* status,
                            std::vector<bool>& used) {
  const TF_DataType type = TF_OperationOutputType(at);
  const int known = TF_GraphGetTensorNumDims(graph, at, status);
  check(status);
  const size_t rank = known >= 0 ? known : request.inputs[0].shape.size();
  const Input& input = fitting(request, type != TF_FLOAT, rank, used);
  if (type == TF_FLOAT) return tensor(type, input.shape, input.bytes.data(), input.bytes.size());
  if (type == TF_INT32) {
    const auto values = whole_numbers<int32_t>(input);
    return tensor(type, input.shape, values.data(), values.size() * sizeof(int32_t));
  }
  const auto values = whole_numbers<int64_t>(input);
  return tensor(type, input.shape, values.data(), values.size() * sizeof(int64_t));
}

static Answer answer_of(TF_Tensor* output) {
  Answer answer;
  for (int axis = 0; axis < TF_NumDims(output); ++axis) answer.shape.push_back(TF_Dim(output, axis));
  const auto* data = static_cast<const float*>(TF_TensorData(output));
  answer.values.assign(data, data + TF_TensorByteSize(output) / sizeof(float));
  TF_DeleteTensor(output);
  return answer;
}

int main(int count, char** arguments) {
  return guarded(count, arguments, [](const Request& request) {
    TF_Status* status = TF_NewStatus();
    TF_Graph* graph = TF_NewGraph();
    TF_SessionOptions* options = TF_NewSessionOptions();
    // ConfigProto: intra_op_parallelism_threads (2) and inter_op_parallelism_threads (5) are 1.
    const char one_thread[] = {0x10, 0x01, 0x28, 0x01};
    TF_SetConfig(options, one_thread, sizeof(one_thread), status);
    TF_Buffer* meta = TF_NewBuffer();
    const char* tags[] = {"serve"};
    const double begun = now();
    TF_Session* session =
        TF_LoadSessionFromSavedModel(options, nullptr, request.artefact.c_str(), tags, 1, graph, meta, status);
    check(status);
    const double loaded = now() - begun;
    const Tensors names =
        signature(std::string(static_cast<const char*>(meta->data), meta->length), "serving_default");
    std::vector<TF_Output> ports;
    std::vector<TF_Tensor*> tensors;
    std::vector<bool> used(request.inputs.size());
    for (const std::string& name : names.inputs) {
      ports.push_back(port(graph, name));
      tensors.push_back(tensor_of(request, graph, ports.back(), status, used));
    }
    const TF_Output output = port(graph, names.output);
    report(request, loaded, [&] {
      TF_Tensor* result = nullptr;
      TF_SessionRun(session, nullptr, ports.data(), tensors.data(), int(ports.size()), &output, &result, 1, nullptr, 0,
                    nullptr, status);
      check(status);
      return answer_of(result);
    });
  });
}
