using System.Text.Json.Nodes;
using EndToEnd.Tests.Harness;
using k8s;
using k8s.Models;

namespace EndToEnd.Tests.Images;

/// <summary>The manifests of deploy/kubernetes, built by kustomize of Debian 13, which runs on Debian 12.</summary>
internal static class Manifests
{
    private const string Folder = "deploy/kubernetes";

    /// <summary>Each object is read strictly: an unknown key or a value of another type is an error.</summary>
    private static readonly Dictionary<string, Type> Kinds = new()
    {
        ["apps/v1/Deployment"] = typeof(V1Deployment),
        ["apps/v1/DaemonSet"] = typeof(V1DaemonSet),
        ["policy/v1/PodDisruptionBudget"] = typeof(V1PodDisruptionBudget),
        ["v1/ConfigMap"] = typeof(V1ConfigMap),
        ["v1/Pod"] = typeof(V1Pod),
        ["v1/Service"] = typeof(V1Service),
    };

    /// <summary>The folders that kustomize builds.</summary>
    public static IEnumerable<string> Folders =>
        Directory.GetDirectories(Checkout.At(Folder)).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal);

    private static string Kustomize => Checkout.Built("manifest-tools/usr/bin/kustomize");

    /// <summary>All objects of a folder of deploy/kubernetes.</summary>
    public static Task<JsonObject[]> BuildAsync(string folder) => BuildAsync(Checkout.At(Folder), folder);

    /// <summary>
    /// The objects of a folder after the command to set the image that a comment of its kustomization.yaml has. The command runs
    /// on a copy.
    /// </summary>
    /// <returns>The words of the command after <c>image</c>, and the objects.</returns>
    public static async Task<(string[] Images, JsonObject[] Objects)> BuildWithTheImageOfTheCommentAsync(
        string folder, string copy)
    {
        Assert.Equal(0, (await Command.RunAsync("cp", ["-R", Checkout.At(Folder), copy])).Code);
        const string command = "kustomize edit set image ";
        var line = Assert.Single(
            await File.ReadAllLinesAsync(Path.Combine(copy, folder, "kustomization.yaml")),
            line => line.Contains(command, StringComparison.Ordinal));
        var images = line[(line.IndexOf(command, StringComparison.Ordinal) + command.Length)..].Split(' ');
        var set = await Command.RunAsync(
            "env", ["--chdir", Path.Combine(copy, folder), Kustomize, "edit", "set", "image", .. images]);
        Assert.True(set.Code == 0, set.Error);
        return (images, await BuildAsync(copy, folder));
    }

    public static JsonObject Of(this IEnumerable<JsonObject> objects, string kind) =>
        Assert.Single(objects, item => (string?)item["kind"] == kind);

    /// <summary>The container of a workload's pod, which has no other one.</summary>
    public static JsonObject Container(JsonObject workload) =>
        Assert.Single(workload["spec"]!["template"]!["spec"]!["containers"]!.AsArray())!.AsObject();

    /// <summary>The same objects as one file.</summary>
    public static string Text(params JsonObject[] objects) => string.Join("---\n", objects.Select(Strictly));

    private static async Task<JsonObject[]> BuildAsync(string folders, string folder)
    {
        var built = await Command.RunAsync(Kustomize, ["build", Path.Combine(folders, folder)]);
        // A warning is about a key that later versions do not have.
        Assert.Equal((0, ""), (built.Code, built.Error));
        return
        [
            .. KubernetesYaml.LoadAllFromString(built.Out, Kinds, strict: true)
                .Select(item => JsonNode.Parse(KubernetesJson.Serialize(item))!.AsObject()),
        ];
    }

    /// <summary>The YAML of an object that has been read again, strictly.</summary>
    private static string Strictly(JsonObject item)
    {
        var all = KubernetesYaml.LoadAllFromString(item.ToJsonString(), Kinds, strict: true);
        return KubernetesYaml.Serialize(Assert.Single(all)) + "\n";
    }
}
