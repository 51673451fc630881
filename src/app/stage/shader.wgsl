// The stage: particles and their trails, straight from a recording.
//
// Everything is measured in physical pixels, x to the right and y down, as egui
// does. No vertex buffers: a vertex finds its particle from its indices. Quads come
// four vertices each (see `quad_indices` in pipelines.rs): for corner 0 1 2 3 the
// first bit of the number is the side, the second is the end.

struct Uniforms {
    /// The world point that lies on `centre_px`.
    world_centre: vec2<f32>,
    /// Pixels per world unit; y is negative where the world's y points up.
    px_per_unit: vec2<f32>,
    centre_px: vec2<f32>,
    screen_px: vec2<f32>,
    /// What can be seen; what lies outside is not sent on to the rasteriser.
    clip_min_px: vec2<f32>,
    clip_max_px: vec2<f32>,
    /// Fractional keyframe: index + fraction.
    now: f32,
    /// Where the trails begin, a fractional keyframe ≤ now.
    tail: f32,
    radius_px: f32,
    trail_width_px: f32,
    opacity: f32,
    trail_opacity: f32,
    /// 0: trails cover what is below; 1: they only add light.
    trail_glow: f32,
    /// 0: rims are dark; 1: rims are light.
    rim_light: f32,
    keyframes: u32,
    particles: u32,
    highlight: u32,
    rim: f32,
    /// Trails bend at the keyframes that are a multiple of this.
    trail_stride: f32,
    /// now / trail_stride, rounded up. (By the CPU: a GPU may divide inexactly.)
    newest_knot: f32,
    /// How soon a trail fades towards its tail: 0 not at all.
    trail_fading: f32,
    /// 1: time lies along the horizontal axis, `direction` of the plane along the vertical.
    over_time: u32,
    direction: vec2<f32>,
    /// 0: discs cover what is below; 1: they only add light.
    disc_glow: f32,
    /// Opacity of one disc where they add up.
    disc_strength: f32,
    /// The speeds at both ends of the scale.
    speeds: vec2<f32>,
    /// The fractional keyframe at which the speed is meant.
    speed_keyframe: f32,
    /// 1: transparent colours stand for the speed.
    by_speed: u32,
    /// The colours of the scale, packed as those of particles.
    scale: array<vec4<u32>, 8>,
}

@group(0) @binding(0) var<uniform> u: Uniforms;
// Bits of f32 pairs. Read as integers, because a compiler may assume that a float is
// never NaN and remove the very test that we need.
@group(0) @binding(1) var<storage, read> positions: array<vec2<u32>>;
// Straight-alpha rgba8, red in the lowest byte.
@group(0) @binding(2) var<storage, read> colours: array<u32>;
// One bit per particle: has its path arrived?
@group(0) @binding(3) var<storage, read> ready: array<u32>;
// The time of each keyframe.
@group(0) @binding(4) var<storage, read> times: array<f32>;

/// A particle quad's group: how many particles one instance draws.
const GROUP: u32 = 64u;
/// Farther than this from the screen's corner a point counts as not drawable.
const FAR_PX: f32 = 1.0e6;

/// Colours of the scale.
const SCALE_STEPS: u32 = 32u;

/// A position of the recording.
struct Recorded {
    plane: vec2<f32>,
    finite: bool,
}

struct Place {
    px: vec2<f32>,
    drawable: bool,
}

fn is_ready(particle: u32) -> bool {
    return particle < u.particles && ((ready[particle >> 5u] >> (particle & 31u)) & 1u) == 1u;
}

fn recorded(particle: u32, index: u32) -> Recorded {
    let bits = positions[particle * u.keyframes + index];
    let finite = all((bits & vec2<u32>(0x7f800000u)) != vec2<u32>(0x7f800000u));
    // Zero instead of NaN, so that no arithmetic below ever sees one.
    return Recorded(bitcast<vec2<f32>>(select(vec2<u32>(0u), bits, finite)), finite);
}

fn keyframe(particle: u32, index: u32) -> Place {
    let here = recorded(particle, index);
    let over_time = vec2<f32>(times[index], dot(here.plane, u.direction));
    let world = select(here.plane, over_time, u.over_time == 1u);
    let from_centre = (world - u.world_centre) * u.px_per_unit;
    let near = all(abs(from_centre) < vec2<f32>(FAR_PX));
    return Place(select(vec2<f32>(0.0), from_centre, near) + u.centre_px, here.finite && near);
}

/// Where a particle is at a fractional keyframe: on the chord between its neighbours.
fn place_at(particle: u32, time: f32) -> Place {
    let last = u.keyframes - 1u;
    let index = min(u32(max(time, 0.0)), last);
    let fraction = time - f32(index);
    let a = keyframe(particle, index);
    if fraction <= 0.0 || index == last {
        return a;
    }
    let b = keyframe(particle, index + 1u);
    return Place(mix(a.px, b.px, fraction), a.drawable && b.drawable);
}

/// A particle's own colour, or that of its speed between the keyframes on either side.
fn colour_of(particle: u32) -> vec4<f32> {
    let own = unpack4x8unorm(colours[particle]);
    if u.by_speed == 0u || own.a > 0.0 {
        return own;
    }
    let index = min(u32(u.speed_keyframe), u.keyframes - 2u);
    let before = recorded(particle, index);
    let after = recorded(particle, index + 1u);
    let took = abs(times[index + 1u] - times[index]);
    let speed = length(after.plane - before.plane) / max(took, 1.0e-20);
    let span = max(u.speeds.y - u.speeds.x, 1.0e-20);
    let place = clamp((speed - u.speeds.x) / span, 0.0, 1.0) * f32(SCALE_STEPS - 1u);
    let below = min(u32(place), SCALE_STEPS - 2u);
    return mix(scale_step(below), scale_step(below + 1u), place - f32(below));
}

fn scale_step(step: u32) -> vec4<f32> {
    return unpack4x8unorm(u.scale[step >> 2u][step & 3u]);
}

fn clip_from_px(px: vec2<f32>) -> vec4<f32> {
    let ndc = px / u.screen_px * 2.0 - 1.0;
    return vec4<f32>(ndc.x, -ndc.y, 0.0, 1.0);
}

/// Four equal corners cover no pixel.
fn nowhere() -> vec4<f32> {
    return vec4<f32>(-2.0, -2.0, 0.0, 1.0);
}

// ---------------------------------------------------------------- particles

struct Disc {
    @builtin(position) position: vec4<f32>,
    @location(0) colour: vec4<f32>,
    /// From the disc's centre, pixels.
    @location(1) offset: vec2<f32>,
    /// Radius of the disc, and of the rim's outer edge.
    @location(2) radii: vec2<f32>,
    /// Rim: lightness and alpha.
    @location(3) rim: vec2<f32>,
    /// 0: it covers what is below; 1: it only adds light.
    @location(4) glow: f32,
}

fn disc(particle: u32, corner: u32, radius: f32, rim_width: f32, rim: vec2<f32>, opacity: f32) -> Disc {
    var out: Disc;
    out.position = nowhere();
    if !is_ready(particle) {
        return out;
    }
    let place = place_at(particle, u.now);
    let reach = radius + rim_width + 0.7;
    let outside = any(place.px + reach < u.clip_min_px) || any(place.px - reach > u.clip_max_px);
    if !place.drawable || outside {
        return out;
    }
    let sign = vec2<f32>(f32(corner & 1u), f32(corner >> 1u)) * 2.0 - 1.0;
    out.offset = sign * reach;
    out.position = clip_from_px(place.px + out.offset);
    out.colour = colour_of(particle);
    out.colour.a *= opacity;
    out.radii = vec2<f32>(radius, radius + rim_width);
    out.rim = rim;
    out.glow = 0.0;
    return out;
}

@vertex
fn vs_particle(@builtin(vertex_index) vertex: u32, @builtin(instance_index) group: u32) -> Disc {
    let particle = group * GROUP + (vertex >> 2u);
    // A disc smaller than a pixel keeps its size and pales instead.
    let radius = max(u.radius_px, 0.6);
    let thin = min(u.radius_px / radius, 1.0);
    // Rims appear as discs become large enough to carry one.
    let rim_alpha = smoothstep(0.5, 2.5, u.radius_px) * u.rim;
    let rim_width = clamp(u.radius_px * 0.25, 0.5, 1.0);
    var out = disc(particle, vertex & 3u, radius, rim_width, vec2<f32>(u.rim_light, rim_alpha),
        u.opacity * u.disc_strength * thin * thin);
    out.glow = u.disc_glow;
    return out;
}

@vertex
fn vs_highlight(@builtin(vertex_index) vertex: u32) -> Disc {
    let radius = max(u.radius_px * 1.7, u.radius_px + 2.5);
    // The ring is the opposite of the background.
    return disc(u.highlight, vertex & 3u, radius, 2.0, vec2<f32>(1.0 - u.rim_light, 1.0), 1.0);
}

/// The disc's share of a pixel, and its rim's.
fn cover(in: Disc) -> vec2<f32> {
    // A little softer than one pixel: small discs look rounder for it.
    let edges = 1.0 - smoothstep(in.radii - 0.7, in.radii + 0.7, vec2<f32>(length(in.offset)));
    return vec2<f32>(edges.x, edges.y * in.rim.y * (1.0 - edges.x));
}

/// Premultiplied, gamma-encoded, as egui blends.
fn shade_disc(in: Disc) -> vec4<f32> {
    let share = cover(in);
    let light = in.colour.rgb * share.x + vec3<f32>(mix(0.03, 1.0, in.rim.x)) * share.y;
    return vec4<f32>(light, (share.x + share.y) * (1.0 - in.glow)) * in.colour.a;
}

/// What is left of the light below.
fn darken_disc(in: Disc) -> vec4<f32> {
    let taken = (1.0 - in.colour.rgb) * cover(in).x * in.colour.a;
    return vec4<f32>(1.0 - taken, 1.0);
}

// ------------------------------------------------------------------- trails

struct Ribbon {
    @builtin(position) position: vec4<f32>,
    @location(0) colour: vec4<f32>,
    /// Signed distance from the middle line, and half the width, pixels.
    @location(1) across: vec2<f32>,
}

/// The fractional keyframe of a trail's knot: 0 is the tip, then every
/// `trail_stride`-th keyframe backwards, the last one is the tail.
fn knot_time(knot: u32) -> f32 {
    let past = max((u.newest_knot - f32(knot)) * u.trail_stride, u.tail);
    return select(past, u.now, knot == 0u);
}

fn direction_or(from_px: vec2<f32>, to_px: vec2<f32>, otherwise: vec2<f32>) -> vec2<f32> {
    let way = to_px - from_px;
    let size = length(way);
    return select(otherwise, way / max(size, 1.0e-6), size > 1.0e-3);
}

fn ribbon(particle: u32, vertex: u32, full_width: f32, opacity: f32, fading: f32) -> Ribbon {
    var out: Ribbon;
    out.position = nowhere();
    if !is_ready(particle) {
        return out;
    }
    let segment = vertex >> 2u;
    let newer = place_at(particle, knot_time(segment));
    let older = place_at(particle, knot_time(segment + 1u));
    let reach = full_width + 2.0;
    let outside = any(max(newer.px, older.px) + reach < u.clip_min_px)
        || any(min(newer.px, older.px) - reach > u.clip_max_px);
    if !newer.drawable || !older.drawable || outside {
        return out;
    }
    // A segment without a direction has nothing to show.
    let way = direction_or(older.px, newer.px, vec2<f32>(0.0));
    if all(way == vec2<f32>(0.0)) {
        return out;
    }

    // Both segments at a joint use the same normal there, so that they neither gape nor
    // overlap (an overlap would show as a bead).
    let at_older_end = (vertex & 2u) == 2u;
    var here = newer.px;
    var time = knot_time(segment);
    var other_way = way;
    if at_older_end {
        here = older.px;
        time = knot_time(segment + 1u);
        if time > u.tail {
            let beyond = place_at(particle, knot_time(segment + 2u));
            if beyond.drawable {
                other_way = direction_or(beyond.px, older.px, way);
            }
        }
    } else if segment > 0u {
        let beyond = place_at(particle, knot_time(segment - 1u));
        if beyond.drawable {
            other_way = direction_or(newer.px, beyond.px, way);
        }
    }
    var normal = vec2<f32>(-way.y, way.x);
    // Where a path doubles back there is no sensible mitre: leave the end blunt.
    if dot(way, other_way) > -0.5 {
        let middle = normalize(normal + vec2<f32>(-other_way.y, other_way.x));
        normal = middle / max(dot(middle, normal), 0.6);
    }

    let age = (u.now - time) / max(u.now - u.tail, 1.0e-6);
    let fresh = clamp(1.0 - age, 0.0, 1.0);
    // What does not fade does not grow thin either.
    let width = full_width * mix(1.0 - 0.65 * min(fading, 1.0), 1.0, fresh);
    let half_width = max(0.5 * width, 0.5);
    let side = select(-1.0, 1.0, (vertex & 1u) == 1u);
    let across = side * (half_width + 0.5);
    out.position = clip_from_px(here + normal * across);
    out.across = vec2<f32>(across, half_width);
    out.colour = colour_of(particle);
    // 0 to the power of 0 is whatever the driver likes.
    let faded = select(pow(fresh, fading), 1.0, fading == 0.0);
    out.colour.a *= opacity * faded * min(width, 1.0);
    return out;
}

@vertex
fn vs_trail(@builtin(vertex_index) vertex: u32, @builtin(instance_index) particle: u32) -> Ribbon {
    return ribbon(particle, vertex, u.trail_width_px, u.trail_opacity * u.opacity, u.trail_fading);
}

@vertex
fn vs_trail_highlight(@builtin(vertex_index) vertex: u32) -> Ribbon {
    return ribbon(u.highlight, vertex, max(u.trail_width_px * 1.6, 2.5), 1.0,
        0.4 * u.trail_fading);
}

/// Premultiplied, gamma-encoded, as egui blends.
fn shade_ribbon(in: Ribbon) -> vec4<f32> {
    let alpha = in.colour.a * clamp(in.across.y - abs(in.across.x) + 0.5, 0.0, 1.0);
    return vec4<f32>(in.colour.rgb * alpha, alpha * (1.0 - u.trail_glow));
}

// ---------------------------------------------------- the two kinds of target

// As in egui.wgsl: sRGB targets take linear values, all others take gamma-encoded ones.
fn linear_from_gamma(rgba: vec4<f32>) -> vec4<f32> {
    let lower = rgba.rgb / 12.92;
    let higher = pow((rgba.rgb + 0.055) / 1.055, vec3<f32>(2.4));
    return vec4<f32>(select(higher, lower, rgba.rgb < vec3<f32>(0.04045)), rgba.a);
}

@fragment
fn fs_disc_gamma(in: Disc) -> @location(0) vec4<f32> {
    return shade_disc(in);
}

@fragment
fn fs_disc_linear(in: Disc) -> @location(0) vec4<f32> {
    return linear_from_gamma(shade_disc(in));
}

@fragment
fn fs_darkening_gamma(in: Disc) -> @location(0) vec4<f32> {
    return darken_disc(in);
}

@fragment
fn fs_darkening_linear(in: Disc) -> @location(0) vec4<f32> {
    return linear_from_gamma(darken_disc(in));
}

@fragment
fn fs_ribbon_gamma(in: Ribbon) -> @location(0) vec4<f32> {
    return shade_ribbon(in);
}

@fragment
fn fs_ribbon_linear(in: Ribbon) -> @location(0) vec4<f32> {
    return linear_from_gamma(shade_ribbon(in));
}
