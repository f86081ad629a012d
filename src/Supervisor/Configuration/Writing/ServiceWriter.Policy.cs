using System.Text.Json;
using Reuseportd.Configuration.Sections;
using Reuseportd.Configuration.Values;
using Reuseportd.Model;

namespace Reuseportd.Configuration.Writing;

/// <content>Readiness, liveness, and reactions to failures.</content>
internal static partial class ServiceWriter
{
    private static void Readiness(Utf8JsonWriter json, ReadinessSpec readiness)
    {
        json.WriteStartObject("readiness");
        switch (readiness)
        {
            case ReadinessSpec.Bind:
                json.WriteString("type", "bind");
                break;
            case ReadinessSpec.Notify:
                json.WriteString("type", "notify");
                break;
            case ReadinessSpec.Delay delay:
                json.WriteString("type", "delay");
                Duration(json, "delay", delay.After);
                break;
            case ReadinessSpec.Probed probed:
                Probe(json, probed.Probe);
                Duration(json, "period", probed.Period);
                break;
            default:
                throw new InvalidOperationException($"no such readiness: {readiness}");
        }

        Duration(json, "timeout", readiness.Timeout);
        Duration(json, "settle", readiness.Settle);
        json.WriteEndObject();
    }

    private static void Liveness(Utf8JsonWriter json, LivenessSpec liveness)
    {
        json.WriteStartObject("liveness");
        Probe(json, liveness.Probe);
        Duration(json, "initial_delay", liveness.InitialDelay);
        Duration(json, "period", liveness.Period);
        Duration(json, "timeout", liveness.Timeout);
        json.WriteNumber("failure_threshold", liveness.FailureThreshold);
        json.WriteEndObject();
    }

    private static void Probe(Utf8JsonWriter json, ProbeSpec probe)
    {
        switch (probe)
        {
            case ProbeSpec.Tcp tcp:
                json.WriteString("type", "tcp");
                Port(json, tcp.Port);
                break;
            case ProbeSpec.Http http:
                json.WriteString("type", "http");
                json.WriteString("path", http.Path);
                Port(json, http.Port);
                break;
            case ProbeSpec.Dns dns:
                json.WriteString("type", "dns");
                json.WriteString("name", dns.Name);
                json.WriteString("qtype", ProbeReader.QueryTypes.WordFor(dns.Type));
                Port(json, dns.Port);
                break;
            case ProbeSpec.Exec exec:
                json.WriteString("type", "exec");
                Texts(json, "command", exec.Command.Select(word => word.Text));
                break;
            default:
                throw new InvalidOperationException($"no such probe: {probe}");
        }
    }

    private static void Port(Utf8JsonWriter json, Template? port)
    {
        if (port is not null) json.WriteString("port", port.Text);
    }

    private static void Recycle(Utf8JsonWriter json, RecycleSpec recycle)
    {
        if (recycle.MaxAge is null && recycle.MaxMemory is null) return;
        json.WriteStartObject("recycle");
        if (recycle.MaxAge is { } age)
        {
            Duration(json, "max_age", age);
            json.WriteNumber("variance", recycle.Variance);
        }

        if (recycle.MaxMemory is { } memory) json.WriteString("max_memory", Sizes.Text(memory));
        json.WriteEndObject();
    }

    private static void Restart(Utf8JsonWriter json, RestartPolicy restart)
    {
        json.WriteStartObject("restart");
        json.WriteString("policy", RestartReader.Policies.WordFor(restart.When));
        Duration(json, "delay", restart.Delay);
        json.WriteNumber("multiplier", restart.Multiplier);
        Duration(json, "max_delay", restart.MaxDelay);
        json.WriteNumber("jitter", restart.Jitter);
        Duration(json, "reset_after", restart.ResetAfter);
        json.WriteNumber("max_attempts", restart.MaxAttempts);
        Duration(json, "window", restart.Window);
        json.WriteEndObject();
    }

    private static void Update(Utf8JsonWriter json, UpdateSpec update)
    {
        json.WriteStartObject("update");
        json.WriteNumber("max_surge", update.MaxSurge);
        json.WriteNumber("max_unavailable", update.MaxUnavailable);
        json.WriteString("order", UpdateReader.Orders.WordFor(update.Order));
        Duration(json, "drain_timeout", update.DrainTimeout);
        json.WriteString("failure_action", UpdateReader.FailureActions.WordFor(update.FailureAction));
        json.WriteEndObject();
    }
}
