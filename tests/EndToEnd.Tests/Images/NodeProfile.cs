using System.Text.Json.Nodes;

namespace EndToEnd.Tests.Images;

/// <summary>
/// The default seccomp profile of podman 4.3, with the rules that later ones, and those of Docker and containerd, have: bpf(2)
/// for CAP_BPF, and perf_event_open(2) for CAP_PERFMON. Podman 4.3 knows CAP_SYS_ADMIN only.
/// </summary>
internal static class NodeProfile
{
    private const string OfPodman = "/usr/share/containers/seccomp.json";

    private static readonly (string Call, string Capability)[] Rules =
        [("bpf", "CAP_BPF"), ("perf_event_open", "CAP_PERFMON")];

    public static string Text()
    {
        var profile = JsonNode.Parse(File.ReadAllText(OfPodman))!;
        var rules = profile["syscalls"]!.AsArray();
        foreach (var (call, capability) in Rules)
        {
            foreach (var names in rules.Select(rule => rule!["names"]!.AsArray()))
            {
                if (names.FirstOrDefault(name => (string?)name == call) is { } found) names.Remove(found);
            }

            rules.Add(new JsonObject
            {
                ["names"] = new JsonArray(call),
                ["action"] = "SCMP_ACT_ALLOW",
                ["includes"] = new JsonObject { ["caps"] = new JsonArray(capability) },
            });
        }

        return profile.ToJsonString();
    }
}
