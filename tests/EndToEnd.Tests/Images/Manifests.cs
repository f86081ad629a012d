using System.Text.Json.Nodes;
using k8s;
using k8s.Models;

namespace EndToEnd.Tests.Images;

/// <summary>
/// The manifests of deploy/kubernetes, put together as kustomize does with the keys that they use: resources, patches, images and
/// labels. Debian has no kustomize. As in kustomize, a folder may name other folders, and no file outside of itself.
/// </summary>
internal static class Manifests
{
    /// <summary>Each file is read strictly: an unknown key or a value of another type is an error.</summary>
    private static readonly Dictionary<string, Type> Kinds = new()
    {
        ["apps/v1/Deployment"] = typeof(V1Deployment),
        ["apps/v1/DaemonSet"] = typeof(V1DaemonSet),
        ["policy/v1/PodDisruptionBudget"] = typeof(V1PodDisruptionBudget),
        ["v1/ConfigMap"] = typeof(V1ConfigMap),
        ["v1/Service"] = typeof(V1Service),
    };

    private static readonly string[] KnownKeys = ["apiVersion", "kind", "resources", "patches", "images", "labels"];

    /// <summary>All objects of a folder of deploy/kubernetes.</summary>
    public static JsonObject[] Build(string folder) => [.. Objects(Checkout.At($"deploy/kubernetes/{folder}"))];

    /// <summary>
    /// The names of images that the comments of a folder's kustomization.yaml say to set, and those that the file sets.
    /// </summary>
    public static (string[] Said, string[] Set) ImagesOf(string folder)
    {
        var text = File.ReadAllText(Checkout.At($"deploy/kubernetes/{folder}/kustomization.yaml"));
        const string command = "kustomize edit set image ";
        var said = text.Split('\n').Where(line => line.Contains(command, StringComparison.Ordinal))
            .Select(line => line[(line.IndexOf(command, StringComparison.Ordinal) + command.Length)..].Split('=')[0]);
        var kustomization = KubernetesYaml.Deserialize<Dictionary<string, object>>(text);
        return ([.. said], [.. Maps(kustomization, "images").Select(image => $"{image["name"]}")]);
    }

    public static JsonObject Of(this IEnumerable<JsonObject> objects, string kind) =>
        Assert.Single(objects, item => (string?)item["kind"] == kind);

    /// <summary>The same objects as one file.</summary>
    public static string Text(params JsonObject[] objects) => string.Join("---\n", objects.Select(Strictly));

    /// <summary>The YAML of an object that has been read again, strictly.</summary>
    private static string Strictly(JsonObject item)
    {
        var all = KubernetesYaml.LoadAllFromString(item.ToJsonString(), Kinds, strict: true);
        return KubernetesYaml.Serialize(Assert.Single(all)) + "\n";
    }

    private static List<JsonObject> Objects(string folder)
    {
        var kustomization = KubernetesYaml.Deserialize<Dictionary<string, object>>(
            File.ReadAllText(Path.Combine(folder, "kustomization.yaml")));
        Assert.Empty(kustomization.Keys.Except(KnownKeys));
        List<JsonObject> objects = [];
        foreach (var name in Words(kustomization["resources"]))
        {
            var path = Path.GetFullPath(Path.Combine(folder, name));
            if (Directory.Exists(path)) objects.AddRange(Objects(path));
            else objects.Add(Read(folder, path));
        }

        foreach (var named in Maps(kustomization, "patches"))
        {
            var patch = Read(folder, Path.GetFullPath(Path.Combine(folder, $"{named["path"]}")));
            Merge(Assert.Single(objects, item => Name(item) == Name(patch)), patch);
        }

        foreach (var image in Maps(kustomization, "images")) SetImage(objects, image);
        foreach (var label in Maps(kustomization, "labels")) SetLabels(objects, label);
        return objects;
    }

    /// <summary>The image of each container of that name. An entry without a container has no effect in kustomize.</summary>
    private static void SetImage(List<JsonObject> objects, Dictionary<object, object> image)
    {
        var containers = objects.SelectMany(Containers).Where(container => ImageName(container) == $"{image["name"]}").ToArray();
        Assert.NotEmpty(containers);
        foreach (var container in containers) container["image"] = $"{image["newName"]}:{image["newTag"]}";
    }

    /// <summary>Without <c>includeSelectors</c> and <c>includeTemplates</c>: on the objects alone.</summary>
    private static void SetLabels(List<JsonObject> objects, Dictionary<object, object> label)
    {
        Assert.Equal(["pairs"], label.Keys);
        foreach (var item in objects)
        {
            var labels = item["metadata"]!["labels"] ??= new JsonObject();
            foreach (var (key, value) in (Dictionary<object, object>)label["pairs"]) labels[$"{key}"] = $"{value}";
        }
    }

    private static IEnumerable<JsonObject> Containers(JsonObject item) =>
        item["spec"]?["template"]?["spec"]?["containers"] is JsonArray all ? all.Select(one => one!.AsObject()) : [];

    private static string ImageName(JsonObject container) => $"{container["image"]}".Split(':')[0];

    private static IEnumerable<Dictionary<object, object>> Maps(Dictionary<string, object> kustomization, string key) =>
        kustomization.TryGetValue(key, out var listed) ? ((List<object>)listed).Cast<Dictionary<object, object>>() : [];

    private static JsonObject Read(string folder, string path)
    {
        Assert.True(
            path.StartsWith(folder + "/", StringComparison.Ordinal), $"security; file {path} is not in or below {folder}");
        var all = KubernetesYaml.LoadAllFromString(File.ReadAllText(path), Kinds, strict: true);
        return JsonNode.Parse(KubernetesJson.Serialize(Assert.Single(all)))!.AsObject();
    }

    /// <summary>A strategic merge: maps by key, lists of named items by their name, other values are replaced.</summary>
    private static void Merge(JsonObject into, JsonObject patch)
    {
        foreach (var (key, value) in patch)
        {
            if (into[key] is JsonObject map && value is JsonObject changes) Merge(map, changes);
            else if (into[key] is JsonArray list && value is JsonArray named && named.All(IsNamed)) MergeNamed(list, named);
            else into[key] = value?.DeepClone();
        }
    }

    private static void MergeNamed(JsonArray into, JsonArray patch)
    {
        foreach (var item in patch.Select(item => item!.AsObject()))
        {
            var same = into.Select(known => known!.AsObject()).FirstOrDefault(known => $"{known["name"]}" == $"{item["name"]}");
            if (same is null) into.Add(item.DeepClone());
            else Merge(same, item);
        }
    }

    private static bool IsNamed(JsonNode? item) => item is JsonObject map && map.ContainsKey("name");

    private static string Name(JsonObject item) => $"{item["kind"]}/{item["metadata"]!["name"]}";

    private static IEnumerable<string> Words(object list) => ((List<object>)list).Select(word => $"{word}");
}
